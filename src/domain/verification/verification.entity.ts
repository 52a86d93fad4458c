import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { instant } from '../columns';
import { Dataset } from '../dataset/dataset.entity';
import { JobSubject } from '../job/job-subject';
import type { Verdict, VerdictLine } from '../policy/judge';
import { Policy } from '../policy/policy.entity';
import { type Device, Run } from '../run/run.entity';
import { SampleSet } from '../sample-set/sample-set.entity';
import type { VerificationPlan } from './verification-plan';

/** How far a verification is: `done` of `total` in what it is at. */
export interface VerificationProgress {
  stage: string;
  done: number;
  total: number;
}

/** Attacks on a checkpoint, planned before they begin and judged by a policy. What they found is in `attack_result`. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
@Index(['checkpointId', 'createdAt', 'id'])
@Index(['runId', 'createdAt', 'id'])
export class Verification extends JobSubject {
  @Column('uuid')
  checkpointId: string;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  checkpoint?: Checkpoint;

  /** The checkpoint that knew what was to be forgotten. */
  @Column('uuid')
  originalId: string;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  original?: Checkpoint;

  /** A checkpoint trained without the forget images, where there is one. */
  @Column('uuid', { nullable: true })
  retrainedId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  retrained?: Checkpoint | null;

  /** The run whose result is verified; null when a checkpoint was given. */
  @Column('uuid', { nullable: true })
  runId: string | null;

  @ManyToOne(() => Run)
  @JoinColumn()
  run?: Run | null;

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

  /** Images that neither training nor unlearning saw. */
  @Column('uuid')
  datasetId: string;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  dataset?: Dataset;

  @Column('uuid')
  policyId: string;

  @ManyToOne(() => Policy)
  @JoinColumn()
  policy?: Policy;

  @Column('jsonb')
  plan: VerificationPlan;

  /** sha256 of the plan's canonical JSON. */
  @Column('text')
  planDigest: string;

  @Column('text')
  device: Device;

  /** Null before the first report of an attempt. */
  @Column('jsonb', { nullable: true })
  progress: VerificationProgress | null;

  /** What the numbers depend on: versions, device, thread count. */
  @Column('jsonb', { nullable: true })
  environment: Record<string, unknown> | null;

  /** Null until it has succeeded: a verification that failed shows nothing. */
  @Column('text', { nullable: true })
  verdict: Verdict | null;

  /** The policy's lines that applied, each with its verdict. */
  @Column('jsonb', { nullable: true })
  lines: VerdictLine[] | null;

  @Column({ ...instant, nullable: true })
  cancelRequestedAt: Date | null;
}
