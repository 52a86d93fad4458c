import { migrations } from '../../migrations';
import type { ArtifactStore } from '../artifacts';
import { Database } from '../database';
import { Queue } from '../queue';
import { ArtifactService } from './artifact/artifact.service';
import { AuditLog } from './audit/audit-log';
import { CheckpointService } from './checkpoint/checkpoint.service';
import type { CheckpointReader } from './checkpoint/checkpoint-reader';
import { ComparisonService } from './comparison/comparison.service';
import { DatasetService } from './dataset/dataset.service';
import type { DatasetReader } from './dataset/dataset-reader';
import { DossierService } from './dossier/dossier.service';
import { entities } from './entities';
import { EvaluationService } from './evaluation/evaluation.service';
import { MetricValueService } from './evaluation/metric-value.service';
import { ExecutorService } from './executor/executor.service';
import { WorkService } from './executor/work.service';
import { IdempotencyService } from './idempotency/idempotency.service';
import { LineageService } from './lineage/lineage.service';
import { MergeService } from './merge/merge.service';
import { MethodService } from './method/method.service';
import { OpenLineageOutbox } from './open-lineage/open-lineage-outbox';
import { PolicyService } from './policy/policy.service';
import { narrowed } from './project/owned';
import { ProjectService } from './project/project.service';
import { RunService } from './run/run.service';
import { RunAttemptService } from './run/run-attempt.service';
import { type FeedTimes, RunEventFeed } from './run-event/run-event-feed';
import { RunEventLog } from './run-event/run-event-log';
import { SampleSetService } from './sample-set/sample-set.service';
import { TokenService } from './token/token.service';
import { VerificationService } from './verification/verification.service';

export interface DomainOptions {
  /** PostgreSQL's URL; the embedded database in `folder` when left out. */
  databaseUrl?: string | undefined;
  folder: string;
  artifacts: ArtifactStore;
  readCheckpoint: CheckpointReader;
  readDataset: DatasetReader;
  poolSize?: number;
  feedTimes?: FeedTimes;
  /** Whether what runs, merges and evaluations do is kept for an OpenLineage receiver; false when left out. */
  openLineage?: boolean;
}

/** All services over one database. The entry points open it and hand it to whoever needs it. */
export class Domain {
  readonly queue: Queue;
  readonly idempotency: IdempotencyService;
  readonly audit: AuditLog;
  readonly projects: ProjectService;
  readonly tokens: TokenService;
  /** Rows about what runs and evaluations left behind; `artifacts` has their bytes. */
  readonly artifactRows: ArtifactService;
  readonly checkpoints: CheckpointService;
  readonly datasets: DatasetService;
  readonly sets: SampleSetService;
  readonly methods: MethodService;
  readonly executors: ExecutorService;
  readonly lineage: LineageService;
  readonly openLineage: OpenLineageOutbox;
  readonly events: RunEventLog;
  readonly feed: RunEventFeed;
  readonly values: MetricValueService;
  readonly evaluations: EvaluationService;
  readonly merges: MergeService;
  readonly runs: RunService;
  readonly comparison: ComparisonService;
  readonly attempts: RunAttemptService;
  readonly policies: PolicyService;
  readonly verifications: VerificationService;
  readonly work: WorkService;
  readonly dossiers: DossierService;

  constructor(
    readonly database: Database,
    readonly artifacts: ArtifactStore,
    {
      readCheckpoint,
      readDataset,
      feedTimes,
      openLineage = false,
    }: Pick<DomainOptions, 'readCheckpoint' | 'readDataset' | 'feedTimes' | 'openLineage'>,
  ) {
    this.queue = new Queue(database);
    this.idempotency = new IdempotencyService(database);
    this.audit = new AuditLog(database);
    this.projects = new ProjectService(this);
    this.tokens = new TokenService(this);
    this.artifactRows = new ArtifactService(database);
    this.lineage = new LineageService(database);
    this.openLineage = new OpenLineageOutbox(database, openLineage);
    this.datasets = new DatasetService(database, readDataset, this.idempotency, this.lineage);
    this.checkpoints = new CheckpointService(this, readCheckpoint);
    this.sets = new SampleSetService(database, this.datasets, this.idempotency, this.lineage);
    this.methods = new MethodService(database);
    this.executors = new ExecutorService(database, this.methods);
    this.events = new RunEventLog(database);
    this.feed = new RunEventFeed(database, this.events, feedTimes);
    this.values = new MetricValueService(database);
    this.evaluations = new EvaluationService(this);
    this.merges = new MergeService(this);
    this.runs = new RunService(this);
    this.comparison = new ComparisonService(database);
    this.attempts = new RunAttemptService(this);
    this.policies = new PolicyService(this);
    this.verifications = new VerificationService(this);
    this.work = new WorkService(this);
    this.dossiers = new DossierService(this);
  }

  static async open(options: DomainOptions): Promise<Domain> {
    const { databaseUrl: url, folder, poolSize } = options;
    const database = await Database.open({
      url,
      folder,
      entities,
      migrations,
      narrowing: narrowed,
      ...(poolSize ? { poolSize } : {}),
    });
    return new Domain(database, options.artifacts, options);
  }

  async close(): Promise<void> {
    await this.feed.close();
    await this.database.close();
  }
}
