import { Field, ID, InputType, Int } from 'type-graphql';
import type { WebhookType } from '../../domain';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { CreatedWebhook, RotatedWebhook, WebhookDeliveryType, WebhookGraphType, WebhookTypeEnum } from './webhook.type';

@InputType({ description: 'An endpoint to tell.' })
export class CreateWebhookInput extends IdempotentInput {
  @Field(() => String, {
    description:
      'https://, and a public address unless the operator listed its network in LETHE_WEBHOOK_NETWORKS. http:// only for a listed loopback address.',
  })
  url: string;

  @Field(() => [WebhookTypeEnum], { defaultValue: [], description: 'What to tell it of; empty for everything.' })
  types: WebhookType[];
}

@InputType({ description: 'An endpoint to give a new secret.' })
export class RotateWebhookSecretInput extends IdempotentInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => Int, {
    defaultValue: 24,
    description:
      'Hours for which deliveries are signed with the earlier secrets as well, 0 to 720. None of them signs for longer; 0 ends them at once.',
  })
  graceHours: number;
}

@InputType({ description: 'An endpoint to switch on or off.' })
export class EnableWebhookInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => Boolean, { description: 'Whether it shall be told of events.' })
  enabled: boolean;
}

@InputType({ description: 'An endpoint to delete.' })
export class DeleteWebhookInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

@InputType({ description: 'A delivery to send again.' })
export class ReplayDeliveryInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

export const CreateWebhookResult = resultType(
  'CreateWebhookResult',
  { type: () => CreatedWebhook, show: CreatedWebhook.of },
  ['WEBHOOK_URL_REFUSED', 'IDEMPOTENCY_CONFLICT'],
);
export const RotateWebhookSecretResult = resultType(
  'RotateWebhookSecretResult',
  { type: () => RotatedWebhook, show: RotatedWebhook.of },
  ['INVALID_INPUT', 'WEBHOOK_NOT_FOUND', 'WEBHOOK_DELETED', 'IDEMPOTENCY_CONFLICT'],
);
const webhook = { type: () => WebhookGraphType, show: WebhookGraphType.of };
export const EnableWebhookResult = resultType('EnableWebhookResult', webhook, ['WEBHOOK_NOT_FOUND', 'WEBHOOK_DELETED']);
export const DeleteWebhookResult = resultType('DeleteWebhookResult', webhook, ['WEBHOOK_NOT_FOUND']);
export const ReplayDeliveryResult = resultType(
  'ReplayDeliveryResult',
  { type: () => WebhookDeliveryType, show: WebhookDeliveryType.of },
  ['DELIVERY_NOT_FOUND', 'WEBHOOK_DISABLED', 'WEBHOOK_DELETED'],
);
