import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DeliveryStatus } from '../../domain';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import * as inputs from './webhook.input';
import { DeliveryStatusEnum, WebhookDeliveryType, WebhookGraphType } from './webhook.type';

const WebhookConnection = connectionType('Webhook', 'webhooks', () => WebhookGraphType);
const DeliveryConnection = connectionType('WebhookDelivery', 'deliveries', () => WebhookDeliveryType);

@Resolver(() => WebhookGraphType)
export class WebhookResolver {
  @Query(() => WebhookConnection, { description: 'Webhooks, newest first.' })
  async webhooks(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('deleted', () => Boolean, { defaultValue: false, description: 'Whether deleted ones are listed, too.' })
    deleted: boolean,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<WebhookGraphType>> {
    return toConnection(await domain.webhooks.list(page, { deleted }), page, WebhookGraphType.of);
  }

  @Query(() => WebhookGraphType, { nullable: true, description: 'One webhook, deleted or not.' })
  async webhook(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<WebhookGraphType | null> {
    const row = await domain.webhooks.get(id);
    return row && WebhookGraphType.of(row);
  }

  @FieldResolver(() => DeliveryConnection, { description: 'What it was sent, newest first.' })
  async deliveries(
    @Root() { id }: WebhookGraphType,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('status', () => DeliveryStatusEnum, { nullable: true, description: 'Only those in this status.' })
    status: DeliveryStatus | null,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<WebhookDeliveryType>> {
    return toConnection(await domain.deliveries.list(id, page, { status }), page, WebhookDeliveryType.of);
  }

  @Mutation(() => inputs.CreateWebhookResult.union, {
    description: 'Adds an endpoint, told of events in the form of https://www.standardwebhooks.com.',
  })
  async createWebhook(
    @Arg('input', () => inputs.CreateWebhookInput, { description: 'The endpoint.' }) input: inputs.CreateWebhookInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.CreateWebhookResult.show(await domain.webhooks.create(input));
  }

  @Mutation(() => inputs.RotateWebhookSecretResult.union, {
    description: 'Gives an endpoint a new secret. For a while deliveries carry a signature by the earlier one, too.',
  })
  async rotateWebhookSecret(
    @Arg('input', () => inputs.RotateWebhookSecretInput, { description: 'Which, and for how long.' })
    input: inputs.RotateWebhookSecretInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.RotateWebhookSecretResult.show(await domain.webhooks.rotateSecret(input));
  }

  @Mutation(() => inputs.DeleteWebhookResult.union, {
    description: 'Deletes an endpoint. What waits to be sent is cancelled; what was sent stays to be read. Repeatable.',
  })
  async deleteWebhook(
    @Arg('input', () => inputs.DeleteWebhookInput, { description: 'Which one.' }) { id }: inputs.DeleteWebhookInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.DeleteWebhookResult.show(await domain.webhooks.delete(id));
  }

  @Mutation(() => inputs.EnableWebhookResult.union, {
    description: 'Switches an endpoint on or off. What waits when it is switched off is cancelled. Repeatable.',
  })
  async enableWebhook(
    @Arg('input', () => inputs.EnableWebhookInput, { description: 'Which, and how.' })
    { id, enabled }: inputs.EnableWebhookInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.EnableWebhookResult.show(await domain.webhooks.enable(id, enabled));
  }

  @Mutation(() => inputs.ReplayDeliveryResult.union, {
    description: 'Sends a delivery again, delivered or not: the same id and body, a new signature.',
  })
  async replayDelivery(
    @Arg('input', () => inputs.ReplayDeliveryInput, { description: 'Which one.' }) { id }: inputs.ReplayDeliveryInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.ReplayDeliveryResult.show(await domain.deliveries.replay(id));
  }
}
