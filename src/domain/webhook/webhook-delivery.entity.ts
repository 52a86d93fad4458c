import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { instant } from '../columns';
import { Owned } from '../project/owned';
import { WebhookEndpoint } from './webhook-endpoint.entity';
import type { WebhookType } from './webhook-types';

export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** One message for one endpoint. Its body is kept as it is sent, so that every attempt sends the same bytes. */
@Entity()
@Index(['endpointId', 'createdAt', 'id'])
export class WebhookDelivery extends Owned {
  @Column('uuid')
  endpointId: string;

  @ManyToOne(() => WebhookEndpoint)
  @JoinColumn()
  endpoint?: WebhookEndpoint;

  /** `webhook-id`: the same for every endpoint, attempt and replay, so that a receiver can tell a repetition. */
  @Column('text')
  messageId: string;

  @Column('text')
  type: WebhookType;

  @Column('text')
  body: string;

  @Column('text', { default: 'PENDING' })
  status: DeliveryStatus;

  /** Why nobody tries any more although it might have arrived: what became of its endpoint. */
  @Column('text', { nullable: true })
  cancelledReason: string | null;

  /** Attempts in all, replays included; each is a row of its own. */
  @Column('int', { default: 0 })
  attempts: number;

  /** Attempts before the newest replay: the pauses begin anew after it. */
  @Column('int', { default: 0 })
  attemptsBefore: number;

  @Column({ ...instant, nullable: true })
  nextAttemptAt: Date | null;
}

/** What changes in a delivery that is not to be tried any more. */
export function cancelledFor(
  cancelledReason: string,
): Pick<WebhookDelivery, 'status' | 'cancelledReason' | 'nextAttemptAt'> {
  return { status: 'CANCELLED', cancelledReason, nextAttemptAt: null };
}
