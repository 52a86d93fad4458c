import { Ctx, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  deliveryStatuses,
  type FormerSecret,
  type NewSecret,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookEndpoint,
  type WebhookType as WebhookTypeName,
  webhookTypes,
} from '../../domain';
import type { Context } from '../context';
import { described } from '../described';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { DateTime } from '../scalars';

export const WebhookTypeEnum = enumOf(Object.keys(webhookTypes) as WebhookTypeName[]);
registerEnumType(WebhookTypeEnum, {
  name: 'WebhookType',
  description: 'What webhooks tell of. In a body, `RUN_FINISHED` is `run.finished`.',
  valuesConfig: described(webhookTypes),
});

export const DeliveryStatusEnum = enumOf(deliveryStatuses);
registerEnumType(DeliveryStatusEnum, {
  name: 'DeliveryStatus',
  description: 'Where a delivery is.',
  valuesConfig: {
    PENDING: { description: 'Waits for its first or next attempt.' },
    DELIVERED: { description: 'The endpoint answered with a status of 200 to 299.' },
    FAILED: { description: 'Not tried any more, unless it is replayed.' },
    CANCELLED: {
      description: 'Not tried any more because its endpoint was disabled or deleted; see `cancelledReason`.',
    },
  },
});

@ObjectType('WebhookAttempt', { description: 'One attempt to deliver.' })
export class WebhookAttemptType {
  static of(this: void, row: WebhookAttempt): WebhookAttemptType {
    return Object.assign(new WebhookAttemptType(), row);
  }

  @Field(() => Int, { description: 'Its number: from 1, without gaps.' })
  number: number;

  @Field(() => DateTime, { description: 'When.' })
  at: Date;

  @Field(() => Int, { nullable: true, description: 'HTTP status of the answer; null when there was none.' })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'Why there was no answer.' })
  error: string | null;

  @Field(() => Int, { description: 'Milliseconds until the answer, or until it was given up.' })
  milliseconds: number;
}

@ObjectType('WebhookDelivery', { implements: Node, description: 'One message for one endpoint.' })
export class WebhookDeliveryType extends Node {
  static of(this: void, row: WebhookDelivery): WebhookDeliveryType {
    return new WebhookDeliveryType(row);
  }

  @Field(() => String, { description: 'The header `webhook-id`: the same for every attempt and replay.' })
  messageId: string;

  @Field(() => WebhookTypeEnum, { description: 'What it tells of.' })
  type: string;

  @Field(() => String, { description: 'The body, byte for byte as it is sent.' })
  body: string;

  @Field(() => DeliveryStatusEnum, { description: 'Where it is.' })
  status: string;

  @Field(() => DateTime, { description: 'When what it tells of happened.' })
  createdAt: Date;

  @Field(() => String, { nullable: true, description: 'Why it was cancelled; null unless it was.' })
  cancelledReason: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it is tried again; null before the first attempt.' })
  nextAttemptAt: Date | null;

  @Field(() => [WebhookAttemptType], { name: 'attempts', description: 'Every attempt, in order.' })
  async shownAttempts(@Ctx() { loaders }: Context): Promise<WebhookAttemptType[]> {
    return (await loaders.deliveryAttempts.load(this.id)).map(WebhookAttemptType.of);
  }
}

@ObjectType('Webhook', { implements: Node, description: 'An endpoint that is told of events.' })
export class WebhookGraphType extends Node {
  private readonly formerSecrets: FormerSecret[];

  static of(this: void, row: WebhookEndpoint): WebhookGraphType {
    return new WebhookGraphType(row);
  }

  @Field(() => [DateTime], {
    description: 'Until when earlier secrets sign as well, the newest first; empty while only the newest does.',
  })
  formerSecretsUntil(@Ctx() { domain }: Context): Date[] {
    const now = domain.clock();
    return this.formerSecrets.map(({ until }) => new Date(until)).filter((until) => until > now);
  }

  @Field(() => String, { description: 'Where to.' })
  url: string;

  @Field(() => [WebhookTypeEnum], { description: 'What of; empty for everything.' })
  types: string[];

  @Field(() => DateTime, { nullable: true, description: 'Since when nothing arrives; null after a success.' })
  failingSince: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Nothing is sent to it before: it asked for that (`Retry-After`) or was overloaded. Null after a success.',
  })
  waitUntil: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was disabled; null while it is told of events.' })
  disabledAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was disabled.' })
  disabledReason: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was deleted; null while it is there.' })
  deletedAt: Date | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;
}

@ObjectType('CreatedWebhook', { description: 'A new endpoint and what its deliveries are signed with.' })
export class CreatedWebhook {
  @Field(() => WebhookGraphType, { description: 'The endpoint.' })
  webhook: WebhookGraphType;

  @Field(() => String, {
    nullable: true,
    description:
      'The key of its signatures, `whsec_...`. It is shown once: null when the request is repeated; rotate one that was lost.',
  })
  secret: string | null;

  static of(this: void, { endpoint, secret }: NewSecret): CreatedWebhook {
    return Object.assign(new CreatedWebhook(), { webhook: WebhookGraphType.of(endpoint), secret });
  }
}

@ObjectType('RotatedWebhook', { description: 'An endpoint and its new secret.' })
export class RotatedWebhook extends CreatedWebhook {
  static override of(this: void, made: NewSecret): RotatedWebhook {
    return Object.assign(new RotatedWebhook(), CreatedWebhook.of(made));
  }
}
