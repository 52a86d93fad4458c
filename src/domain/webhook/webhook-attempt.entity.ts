import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';
import { WebhookDelivery } from './webhook-delivery.entity';

/** One attempt to deliver, and how it was answered. */
@Entity()
export class WebhookAttempt {
  @PrimaryColumn('uuid')
  deliveryId: string;

  @ManyToOne(() => WebhookDelivery)
  @JoinColumn()
  delivery?: WebhookDelivery;

  /** From 1, without gaps. */
  @PrimaryColumn('int')
  number: number;

  @Column(instant)
  at: Date;

  /** HTTP status of the answer; null when there was none. */
  @Column('int', { nullable: true })
  responseStatus: number | null;

  /** Why there was no answer. */
  @Column('text', { nullable: true })
  error: string | null;

  @Column('int')
  milliseconds: number;
}
