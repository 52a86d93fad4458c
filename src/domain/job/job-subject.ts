import { Column, JoinColumn, ManyToOne } from 'typeorm';
import { instant } from '../columns';
import { Executor } from '../executor/executor.entity';
import { Owned } from '../project/owned';
import type { Failure } from '../run/run.entity';
import type { RunStatus } from '../run/run-status';

/** What a short job is about: something asked for, done by one executor in one go. `attempts` is its fencing token. */
export abstract class JobSubject extends Owned {
  @Column('text', { default: 'QUEUED' })
  status: RunStatus;

  @Column('jsonb', { nullable: true })
  error: Failure | null;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('uuid', { nullable: true })
  executorId: string | null;

  @ManyToOne(() => Executor)
  @JoinColumn()
  executor?: Executor | null;

  @Column({ ...instant, nullable: true })
  finishedAt: Date | null;
}
