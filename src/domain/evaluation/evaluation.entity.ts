import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import type { MetricName } from '../../metrics';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { Dataset } from '../dataset/dataset.entity';
import { JobSubject } from '../job/job-subject';
import { type Device, Run } from '../run/run.entity';

/** Classes that count as one dataset in the scores. */
export interface ClassGroup {
  name: string;
  classes: string[];
}

/** How far an evaluation is: `done` of `total` images embedded or metrics computed. */
export interface EvaluationProgress {
  stage: string;
  done: number;
  total: number;
}

/** Metrics of a checkpoint on a dataset: asked for by a user, or part of a run (before, after). What it found is in `metric_value`. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
@Index(['checkpointId', 'createdAt', 'id'])
@Index(['runId', 'role'], { unique: true })
export class Evaluation extends JobSubject {
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

  /** Prompt templates with `{}` for the class name; their embeddings are averaged. */
  @Column('jsonb')
  templates: string[];

  @Column('jsonb')
  metrics: MetricName[];

  /** The checkpoint that some metrics compare with. */
  @Column('uuid', { nullable: true })
  referenceId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  reference?: Checkpoint | null;

  /** Classes that were to be forgotten, for the scores. */
  @Column('jsonb', { default: [] })
  forgetClasses: string[];

  /** Datasets of the scores; all classes are one when there are none. */
  @Column('jsonb', { default: [] })
  groups: ClassGroup[];

  @Column('text', { default: 'AUTO' })
  device: Device;

  /** Null before the first report of an attempt. */
  @Column('jsonb', { nullable: true })
  progress: EvaluationProgress | null;

  /** What the numbers depend on: versions, device, thread count. */
  @Column('jsonb', { nullable: true })
  environment: Record<string, unknown> | null;
}
