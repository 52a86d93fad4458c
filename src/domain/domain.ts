import { migrations } from '../../migrations';
import type { ArtifactStore } from '../artifacts';
import { Database } from '../database';
import { type Clock, Queue, systemClock } from '../queue';
import type { SigningKeys } from '../signing';
import { AliasService } from './alias/alias.service';
import { ApprovalService } from './approval/approval.service';
import { ArtifactService } from './artifact/artifact.service';
import { AuditLog } from './audit/audit-log';
import { BackgroundService } from './background/background.service';
import { CertificateService } from './certificate/certificate.service';
import { CertificateIssuer } from './certificate/certificate-issuer';
import { ReEmergence } from './certificate/re-emergence';
import { Checkpoint } from './checkpoint/checkpoint.entity';
import { CheckpointService } from './checkpoint/checkpoint.service';
import type { CheckpointReader } from './checkpoint/checkpoint-reader';
import { ComparisonService } from './comparison/comparison.service';
import { DatasetService } from './dataset/dataset.service';
import type { DatasetReader } from './dataset/dataset-reader';
import { DossierService } from './dossier/dossier.service';
import { entities } from './entities';
import { ErasureRequest } from './erasure-request/erasure-request.entity';
import { ErasureRequestService } from './erasure-request/erasure-request.service';
import { ReminderService } from './erasure-request/reminder.service';
import { RequestChanges } from './erasure-request/request-changes';
import { RequestFeed } from './erasure-request/request-feed';
import { EvaluationService } from './evaluation/evaluation.service';
import { MetricValueService } from './evaluation/metric-value.service';
import { ExecutorService } from './executor/executor.service';
import { WorkService } from './executor/work.service';
import { IdempotencyService } from './idempotency/idempotency.service';
import { LineageService } from './lineage/lineage.service';
import { LineageFeed } from './lineage/lineage-feed';
import { MergeService } from './merge/merge.service';
import { MethodService } from './method/method.service';
import { OpenLineageOutbox } from './open-lineage/open-lineage-outbox';
import { PlaybookService } from './playbook/playbook.service';
import type { Certificates, Verifications } from './playbook/playbook-steps';
import { RequestProgressService } from './playbook/request-progress.service';
import { PolicyService } from './policy/policy.service';
import { inProjectOf } from './project/in-project-of';
import { narrowed } from './project/owned';
import { ProjectService } from './project/project.service';
import { ForgettingService } from './pseudonym/forgetting.service';
import { PseudonymService } from './pseudonym/pseudonym.service';
import { RunService } from './run/run.service';
import { RunAttemptService } from './run/run-attempt.service';
import { type FeedTimes, RunEventFeed } from './run-event/run-event-feed';
import { RunEventLog } from './run-event/run-event-log';
import { SampleSetService } from './sample-set/sample-set.service';
import { TokenService } from './token/token.service';
import { Keyring } from './transparency/keyring';
import { TransparencyLog } from './transparency/transparency-log';
import { VerificationService } from './verification/verification.service';
import { DeliveryService } from './webhook/delivery.service';
import { Destinations } from './webhook/destinations';
import { WebhookService } from './webhook/webhook.service';

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
  /** Whether what runs, merges and evaluations do is kept for an OpenLineage receiver; false when left out. */
  openLineage?: boolean;
  clock?: Clock;
  /** Private networks, in CIDR notation, that webhooks may go to; none when left out. */
  webhookNetworks?: readonly string[];
  /** Who verifies; Lethe's own executors when left out. */
  verifications?: Verifications;
  /** Who issues certificates; `CertificateIssuer` when left out. */
  certificates?: Certificates;
}

/** All services over one database. The entry points open it and hand it to whoever needs it. */
export class Domain {
  readonly queue: Queue;
  readonly idempotency: IdempotencyService;
  readonly pseudonyms: PseudonymService;
  readonly audit: AuditLog;
  readonly projects: ProjectService;
  readonly tokens: TokenService;
  readonly forgetting: ForgettingService;
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
  readonly lineageFeed: LineageFeed;
  readonly openLineage: OpenLineageOutbox;
  readonly dossiers: DossierService;
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
  readonly clock: Clock;
  readonly requestChanges: RequestChanges;
  readonly reminders: ReminderService;
  readonly requests: ErasureRequestService;
  readonly requestFeed: RequestFeed;
  readonly webhooks: WebhookService;
  readonly deliveries: DeliveryService;
  readonly approvals: ApprovalService;
  readonly aliases: AliasService;
  readonly playbooks: PlaybookService;
  readonly progress: RequestProgressService;
  readonly background: BackgroundService;
  readonly certificates: CertificateService;
  readonly issuer: CertificateIssuer;
  readonly reEmergence: ReEmergence;

  constructor(
    readonly database: Database,
    readonly artifacts: ArtifactStore,
    options: Omit<DomainOptions, 'databaseUrl' | 'folder' | 'artifacts' | 'poolSize'>,
  ) {
    const { readCheckpoint, readDataset, feedTimes, loadKeys, logOrigin, clock = systemClock } = options;
    this.clock = clock;
    this.queue = new Queue(database, clock);
    this.idempotency = new IdempotencyService(database);
    this.pseudonyms = new PseudonymService(database);
    this.audit = new AuditLog(database, this.pseudonyms);
    this.projects = new ProjectService(this);
    this.tokens = new TokenService(this);
    this.forgetting = new ForgettingService(this);
    this.keyring = new Keyring(this, loadKeys, logOrigin);
    this.log = new TransparencyLog(database, this.keyring);
    this.artifactRows = new ArtifactService(database);
    this.lineage = new LineageService(database);
    this.lineageFeed = new LineageFeed(database, feedTimes);
    this.openLineage = new OpenLineageOutbox(database, options.openLineage ?? false);
    this.dossiers = new DossierService(this);
    this.datasets = new DatasetService(database, readDataset, this.idempotency, this.lineage, this.audit);
    this.checkpoints = new CheckpointService(this, readCheckpoint);
    this.sets = new SampleSetService(database, this.datasets, this.idempotency, this.lineage, this.audit);
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
    this.requestChanges = new RequestChanges(this);
    this.reminders = new ReminderService(this);
    this.requests = new ErasureRequestService(this);
    this.requestFeed = new RequestFeed(this);
    this.webhooks = new WebhookService(this, new Destinations(options.webhookNetworks));
    this.deliveries = new DeliveryService(this);
    this.approvals = new ApprovalService(this);
    this.aliases = new AliasService(this, options.verifications ?? this.verifications);
    this.playbooks = new PlaybookService(this);
    this.certificates = new CertificateService(this);
    this.issuer = new CertificateIssuer(this);
    this.reEmergence = new ReEmergence(this);
    this.progress = new RequestProgressService(this, {
      verifications: options.verifications ?? this.verifications,
      certificates: options.certificates ?? this.issuer,
    });
    this.background = new BackgroundService(this, {
      REMINDER: {
        settle: (id) => inProjectOf(database, ErasureRequest, id, () => this.reminders.remind(id)),
      },
      PLAYBOOK: {
        settle: (id) => inProjectOf(database, ErasureRequest, id, () => this.progress.advance(id)),
      },
      RE_EMERGENCE: {
        settle: (id) => inProjectOf(database, Checkpoint, id, () => this.reEmergence.look(id)),
      },
      WEBHOOK: this.deliveries.work,
    });
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
