import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { Identified, instant } from '../columns';
import { Dataset } from '../dataset/dataset.entity';
import { Executor } from '../executor/executor.entity';
import { type Failure, Run } from '../run/run.entity';
import type { RunStatus } from '../run/run-status';

/** Accuracy of one class, with its 95 % Wilson interval. */
export interface ClassResult {
  className: string;
  correct: number;
  total: number;
  accuracy: number;
  lower: number;
  upper: number;
}

/** What an evaluation found. */
export interface EvaluationResult {
  classes: ClassResult[];
  /** Over all samples. */
  overall: Omit<ClassResult, 'className'>;
  /** Accuracy of guessing. */
  chance: number;
  environment: Record<string, unknown>;
}

/** Zero-shot accuracy of a checkpoint on a dataset: asked for by a user, or part of a run (before, after). */
@Entity()
@Index(['checkpointId', 'createdAt', 'id'])
@Index(['runId', 'role'], { unique: true })
export class Evaluation extends Identified {
  @Column('uuid')
  checkpointId: string;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  checkpoint?: Checkpoint;

  @Column('uuid')
  datasetId: string;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  dataset?: Dataset;

  @Column('uuid', { nullable: true })
  runId: string | null;

  @ManyToOne(() => Run)
  @JoinColumn()
  run?: Run | null;

  @Column('text', { nullable: true })
  role: 'BEFORE' | 'AFTER' | null;

  @Column('text', { default: 'QUEUED' })
  status: RunStatus;

  /** Prompt templates with `{}` for the class name; their embeddings are averaged. */
  @Column('jsonb')
  templates: string[];

  @Column('jsonb', { nullable: true })
  result: EvaluationResult | null;

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
