import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { instant } from '../columns';
import type { RunEventMessage } from './run-event-message';

/** A message that is still to be delivered. The row goes when the receiver has it. */
@Entity()
export class OpenLineageEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column('jsonb')
  message: RunEventMessage;

  /** How often somebody tried to send it. */
  @Column('int', { default: 0 })
  attempts: number;

  /** Not before this; while it is being sent, until when nobody else shall. */
  @Column({ ...instant, default: () => 'now()' })
  dueAt: Date;
}
