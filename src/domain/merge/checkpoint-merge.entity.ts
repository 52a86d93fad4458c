import { Column, Entity, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { instant } from '../columns';
import { Executor } from '../executor/executor.entity';
import { Owned } from '../project/owned';
import type { Failure } from '../run/run.entity';
import type { RunStatus } from '../run/run-status';

/** A checkpoint of a merge. */
export interface MergeSource {
  checkpointId: string;
  /** Its weight in the average; those of all sources sum to 1. */
  share: number;
}

/** One request to average checkpoints. Its life is that of an evaluation; `attempts` is the fencing token. */
@Entity()
export class CheckpointMerge extends Owned {
  /** Of the checkpoint to be made. */
  @Column('text')
  name: string;

  /** The first one decides layout and element types. */
  @Column('jsonb')
  sources: MergeSource[];

  @Column('text', { default: 'QUEUED' })
  status: RunStatus;

  @Column('uuid', { nullable: true })
  resultId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  result?: Checkpoint | null;

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
