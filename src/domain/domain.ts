import { migrations } from '../../migrations';
import type { ArtifactStore } from '../artifacts';
import { Database } from '../database';
import { Queue } from '../queue';
import type { SigningKeys } from '../signing';
import { ArtifactService } from './artifact/artifact.service';
import { AuditLog } from './audit/audit-log';
import { CertificateService } from './certificate/certificate.service';
import { CheckpointService } from './checkpoint/checkpoint.service';
import type { CheckpointReader } from './checkpoint/checkpoint-reader';
import { ComparisonService } from './comparison/comparison.service';
import { DatasetService } from './dataset/dataset.service';
import type { DatasetReader } from './dataset/dataset-reader';
import { entities } from './entities';
import { EvaluationService } from './evaluation/evaluation.service';
import { MetricValueService } from './evaluation/metric-value.service';
import { ExecutorService } from './executor/executor.service';
import { WorkService } from './executor/work.service';
import { IdempotencyService } from './idempotency/idempotency.service';
import { LineageService } from './lineage/lineage.service';
import { MergeService } from './merge/merge.service';
import { MethodService } from './method/method.service';
import { PseudonymService } from './pseudonym/pseudonym.service';
import { RunService } from './run/run.service';
import { RunAttemptService } from './run/run-attempt.service';
import { type FeedTimes, RunEventFeed } from './run-event/run-event-feed';
import { RunEventLog } from './run-event/run-event-log';
import { SampleSetService } from './sample-set/sample-set.service';
import { Keyring } from './transparency/keyring';
import { TransparencyLog } from './transparency/transparency-log';

export interface DomainOptions {
  /** PostgreSQL's URL; the embedded database in `folder` when left out. */
  databaseUrl?: string | undefined;
  folder: string;
  artifacts: ArtifactStore;
  readCheckpoint: CheckpointReader;
  readDataset: DatasetReader;
  /** Finds, or makes, what to sign with; called when first needed. */
  loadKeys: () => Promise<SigningKeys>;
  /** The log's name; one that follows from its key when left out. */
  logOrigin?: string | undefined;
  poolSize?: number;
  feedTimes?: FeedTimes;
}

/** All services over one database. The entry points open it and hand it to whoever needs it. */
export class Domain {
  readonly queue: Queue;
  readonly idempotency: IdempotencyService;
  readonly pseudonyms: PseudonymService;
  readonly audit: AuditLog;
  readonly keyring: Keyring;
  /** The audit entries as others can check them. */
  readonly log: TransparencyLog;
  /** Rows about what runs and evaluations left behind; `artifacts` has their bytes. */
  readonly artifactRows: ArtifactService;
  readonly checkpoints: CheckpointService;
  readonly datasets: DatasetService;
  readonly sets: SampleSetService;
  readonly methods: MethodService;
  readonly executors: ExecutorService;
  readonly lineage: LineageService;
  readonly events: RunEventLog;
  readonly feed: RunEventFeed;
  readonly values: MetricValueService;
  readonly evaluations: EvaluationService;
  readonly merges: MergeService;
  readonly runs: RunService;
  readonly comparison: ComparisonService;
  readonly attempts: RunAttemptService;
  readonly work: WorkService;
  readonly certificates: CertificateService;

  constructor(
    readonly database: Database,
    readonly artifacts: ArtifactStore,
    { readCheckpoint, readDataset, feedTimes, loadKeys, logOrigin }: Omit<DomainOptions, 'folder' | 'artifacts'>,
  ) {
    this.queue = new Queue(database);
    this.idempotency = new IdempotencyService(database);
    this.pseudonyms = new PseudonymService(database);
    this.audit = new AuditLog(database, this.pseudonyms);
    this.keyring = new Keyring(loadKeys, logOrigin);
    this.log = new TransparencyLog(database, this.keyring);
    this.artifactRows = new ArtifactService(database);
    this.checkpoints = new CheckpointService(database, artifacts, readCheckpoint, this.idempotency);
    this.datasets = new DatasetService(database, readDataset, this.idempotency);
    this.sets = new SampleSetService(database, this.datasets, this.idempotency);
    this.methods = new MethodService(database);
    this.executors = new ExecutorService(database, this.methods);
    this.lineage = new LineageService(database);
    this.events = new RunEventLog(database);
    this.feed = new RunEventFeed(database, this.events, feedTimes);
    this.values = new MetricValueService(database);
    this.evaluations = new EvaluationService(this);
    this.merges = new MergeService(this);
    this.runs = new RunService(this);
    this.comparison = new ComparisonService(database);
    this.attempts = new RunAttemptService(this);
    this.work = new WorkService(this);
    this.certificates = new CertificateService(this);
  }

  static async open(options: DomainOptions): Promise<Domain> {
    const { databaseUrl: url, folder, poolSize } = options;
    const database = await Database.open({ url, folder, entities, migrations, ...(poolSize ? { poolSize } : {}) });
    return new Domain(database, options.artifacts, options);
  }

  async close(): Promise<void> {
    await this.feed.close();
    await this.database.close();
  }
}
