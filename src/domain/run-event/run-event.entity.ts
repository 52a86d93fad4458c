import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';
import type { RunEventPayloads, RunEventType } from './run-event-types';

/** One thing that happened to a run. Numbers start at 1 and have no gaps. */
@Entity()
export class RunEvent<T extends RunEventType = RunEventType> {
  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('int')
  seq: number;

  @Column({ ...instant, default: () => 'clock_timestamp()' })
  at: Date;

  @Column('text')
  type: T;

  @Column('jsonb')
  payload: RunEventPayloads[T];
}
