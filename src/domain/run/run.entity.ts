import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { instant } from '../columns';
import { Dataset } from '../dataset/dataset.entity';
import { Executor } from '../executor/executor.entity';
import { Method } from '../method/method.entity';
import { Owned } from '../project/owned';
import { SampleSet } from '../sample-set/sample-set.entity';
import type { RunStatus } from './run-status';

export const devices = ['AUTO', 'CPU', 'CUDA', 'WEBGPU'] as const;
export type Device = (typeof devices)[number];

export interface Progress {
  step: number;
  totalSteps: number;
  /** 0 to 1, over the whole run. */
  fraction: number;
  etaSeconds: number | null;
}

/** Why a run or an attempt failed, in words its user can act on. */
export interface Failure {
  code: string;
  message: string;
}

/** What the attempt that finished a run took. */
export interface Cost {
  seconds: number;
  /** Largest resident memory of its process. */
  peakMemoryBytes: number;
  /** Elements of the weights that differ from the original's, as a share of all. */
  updatedShare: number;
}

/** Where a retried attempt goes on: an artifact holding weights, optimiser state and counters. */
export interface Snapshot {
  stage: string;
  step: number;
  digest: string;
}

/** One request to make a checkpoint forget. `attempts` doubles as the fencing token of whoever works on it. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
@Index(['projectId', 'status', 'createdAt', 'id'])
export class Run extends Owned {
  @Column('text', { default: 'QUEUED' })
  status: RunStatus;

  @Column('text', { nullable: true })
  stage: string | null;

  @Column('jsonb', { nullable: true })
  progress: Progress | null;

  @Column('uuid')
  methodId: string;

  @ManyToOne(() => Method)
  @JoinColumn()
  method?: Method;

  /** Every hyper-parameter, defaults filled in. */
  @Column('jsonb')
  parameters: Record<string, unknown>;

  @Column('int')
  seed: number;

  @Column('text')
  device: Device;

  /** Higher goes first. */
  @Column('int')
  priority: number;

  @Index()
  @Column('uuid')
  checkpointId: string;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  checkpoint?: Checkpoint;

  @Column('uuid')
  forgetSetId: string;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  forgetSet?: SampleSet;

  @Column('uuid', { nullable: true })
  retainSetId: string | null;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  retainSet?: SampleSet | null;

  @Column('uuid', { nullable: true })
  calibrationSetId: string | null;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  calibrationSet?: SampleSet | null;

  /** Images that neither training nor unlearning sees. */
  @Column('uuid', { nullable: true })
  evaluateOnId: string | null;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  evaluateOn?: Dataset | null;

  /** Prompt templates of its evaluations, with `{}` for the class name; null for the evaluation's own default. */
  @Column('jsonb', { nullable: true })
  templates: string[] | null;

  /** Whether it draws what changed; only with images to evaluate on. */
  @Column('boolean', { default: true })
  pictures: boolean;

  @Column('uuid', { nullable: true })
  resultId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  result?: Checkpoint | null;

  /** The method's own verdict, such as "threshold reached". */
  @Column('text', { nullable: true })
  outcome: string | null;

  /** What the numbers depend on: versions, device, thread count, code digest. */
  @Column('jsonb', { nullable: true })
  environment: Record<string, unknown> | null;

  @Column('jsonb', { nullable: true })
  cost: Cost | null;

  @Column('jsonb', { nullable: true })
  error: Failure | null;

  /** Id of the actor who asked for it; null for runs older than this column. */
  @Column('text', { nullable: true })
  requestedBy: string | null;

  /** Whoever vouched for that actor then. */
  @Column('text', { array: true, nullable: true })
  requestedByVouchers: string[] | null;

  @Column('int', { default: 0 })
  attempts: number;

  @Column('int')
  maxAttempts: number;

  @Column('uuid', { nullable: true })
  executorId: string | null;

  @ManyToOne(() => Executor)
  @JoinColumn()
  executor?: Executor | null;

  @Column('jsonb', { nullable: true })
  snapshot: Snapshot | null;

  /** Sequence number of the newest event; events are numbered under this row's lock. */
  @Column('int', { default: 0 })
  lastSeq: number;

  @Column({ ...instant, nullable: true })
  cancelRequestedAt: Date | null;

  @Column({ ...instant, nullable: true })
  startedAt: Date | null;

  @Column({ ...instant, nullable: true })
  finishedAt: Date | null;
}
