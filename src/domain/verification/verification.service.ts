import { createHash } from 'node:crypto';
import { In } from 'typeorm';
import type { AttackName } from '../../attacks';
import type { Database } from '../../database';
import { type Claim, LeaseLost, type Queue } from '../../queue';
import { canonical } from '../../signing';
import type { AuditLog } from '../audit/audit-log';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { DatasetService } from '../dataset/dataset.service';
import { deviceNeeds, type ExecutorService } from '../executor/executor.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { type Ending, JobLife } from '../job/job-life';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { OpenLineageOutbox } from '../open-lineage/open-lineage-outbox';
import { type Finding, judge, type Verdict } from '../policy/judge';
import type { PolicyService } from '../policy/policy.service';
import { Refusal, refuse } from '../refusal/refusals';
import type { Device } from '../run/run.entity';
import { cancelChannel, type RunService } from '../run/run.service';
import { isFinal } from '../run/run-status';
import type { SampleSet, SetKind } from '../sample-set/sample-set.entity';
import type { SampleSetService } from '../sample-set/sample-set.service';
import type { WebhookService } from '../webhook/webhook.service';
import { AttackResult } from './attack-result.entity';
import { type AskedVerification, refusalOf } from './check-verification';
import { digestOfSamples, type EvidenceSamples, evidenceSamples } from './evidence-samples';
import { planOf, relearningOf } from './plan-verification';
import { Verification, type VerificationProgress } from './verification.entity';
import type { RelearningPlan, Superclass } from './verification-plan';

/** What every verification may be told. */
export interface VerificationOptions {
  /** The shipped policy when left out. */
  policyId?: string | null;
  /** A checkpoint trained without the forget images. */
  retrainedId?: string | null;
  /** Every attack that what is given allows, when left out. */
  attacks?: AttackName[] | null;
  superclasses?: Superclass[] | null;
  /** Prompt templates with `{}`; "a photo of a {}", or the run's own, when left out. */
  templates?: string[] | null;
  images?: number | null;
  relearning?: { [K in keyof RelearningPlan]?: RelearningPlan[K] | null } | null;
  seed?: number | null;
  device?: Device | null;
  idempotencyKey?: string | null;
}

export interface VerifyRun extends VerificationOptions {
  runId: string;
  /** The run's own when left out; a run whose forget set only names classes needs one with images. */
  forgetSetId?: string | null;
  retainSetId?: string | null;
  /** The run's images to evaluate on when left out. */
  datasetId?: string | null;
}

export interface VerifyCheckpoint extends VerificationOptions {
  checkpointId: string;
  originalId: string;
  forgetSetId: string;
  retainSetId?: string | null;
  datasetId: string;
}

/** What a verification found. */
export interface Evidenced {
  results: Finding[];
  environment: Record<string, unknown>;
}

interface VerificationServices {
  database: Database;
  queue: Queue;
  audit: AuditLog;
  checkpoints: CheckpointService;
  datasets: DatasetService;
  sets: SampleSetService;
  lineage: LineageService;
  openLineage: OpenLineageOutbox;
  executors: ExecutorService;
  runs: RunService;
  policies: PolicyService;
  idempotency: IdempotencyService;
  webhooks: WebhookService;
}

const DEFAULT_TEMPLATE = 'a photo of a {}';
const DEFAULT_IMAGES = 500;

/** Attacks on checkpoints: planned and asked for here, done by executors, judged here. */
export class VerificationService extends JobLife<Verification> {
  constructor(readonly services: VerificationServices) {
    super(services, 'VERIFICATION', Verification);
  }

  /** Plans the verification of what a run has made, and queues it. */
  async verifyRun({ idempotencyKey, ...input }: VerifyRun): Promise<Verification | Refusal> {
    return this.services.idempotency.once<Verification, Refusal>(
      { scope: 'verifyRun', key: idempotencyKey, input },
      async () => {
        const run = await this.services.runs.get(input.runId);
        if (!run) return refuse('RUN_NOT_FOUND', ['runId'], { id: input.runId });
        if (run.resultId === null) {
          return refuse('RUN_WITHOUT_RESULT', ['runId'], { id: run.id, status: run.status.toLowerCase() });
        }
        const datasetId = input.datasetId ?? run.evaluateOnId;
        if (datasetId === null) return refuse('DATASET_MISSING', ['datasetId'], { id: run.id });
        const given = {
          checkpointId: run.resultId,
          originalId: run.checkpointId,
          datasetId,
          forgetSetId: input.forgetSetId ?? run.forgetSetId,
          retainSetId: input.retainSetId ?? run.retainSetId,
          templates: input.templates ?? run.templates,
        };
        return this.#request({ ...input, ...given }, run.id);
      },
      (id) => this.getOrFail(id),
    );
  }

  /** The same of a checkpoint that no run here has made, such as an imported or a retrained one. */
  async verifyCheckpoint({ idempotencyKey, ...input }: VerifyCheckpoint): Promise<Verification | Refusal> {
    return this.services.idempotency.once(
      { scope: 'verifyCheckpoint', key: idempotencyKey, input },
      () => this.#request(input, null),
      (id) => this.getOrFail(id),
    );
  }

  async #request(input: VerifyCheckpoint, runId: string | null): Promise<Verification | Refusal> {
    const { database, queue, executors, policies, lineage } = this.services;
    const asked = await this.#asked(input);
    if (asked instanceof Refusal) return asked;
    const refusal = refusalOf(asked);
    if (refusal) return refusal;
    const policy = input.policyId == null ? await policies.shipped() : await policies.get(input.policyId);
    if (!policy) return refuse('POLICY_NOT_FOUND', ['policyId'], { id: input.policyId ?? '' });
    const device = input.device ?? 'AUTO';
    const offered = await executors.offers(device);
    if (offered instanceof Refusal) return offered;

    const plan = planOf(asked, policy);
    const planDigest = createHash('sha256').update(canonical(plan)).digest('hex');
    const verifications = database.repository(Verification);
    const { id } = await verifications.save(
      verifications.create({
        checkpointId: asked.subject.id,
        originalId: asked.original.id,
        retrainedId: asked.retrained?.id ?? null,
        runId,
        forgetSetId: asked.forgetSet.id,
        retainSetId: asked.retainSet?.id ?? null,
        datasetId: asked.dataset.id,
        policyId: policy.id,
        plan,
        planDigest,
        device,
      }),
    );
    await lineage.add({ type: 'VERIFICATION', id, label: `${asked.subject.name} by ${policy.name}` });
    const given = [asked.subject, asked.original, asked.retrained, asked.forgetSet, asked.retainSet, asked.dataset];
    for (const from of given) if (from) await lineage.link({ from: from.id, to: id, kind: 'USED' });
    await queue.enqueue({ kind: 'VERIFICATION', subjectId: id, needs: deviceNeeds(device) });
    const planned = await this.getOrFail(id);
    await this.asked(planned, 'PLANNED');
    return planned;
  }

  async #asked(input: VerifyCheckpoint): Promise<AskedVerification | Refusal> {
    const { database, checkpoints, datasets } = this.services;
    const models: Checkpoint[] = [];
    for (const field of ['checkpointId', 'originalId', 'retrainedId'] as const) {
      const id = input[field];
      const found = id == null ? null : await checkpoints.usable(id, [field]);
      if (found instanceof Refusal) return found;
      if (found) models.push(found);
    }
    const [subject, original, retrained = null] = models as [Checkpoint, Checkpoint, Checkpoint?];
    const forgetSet = await this.#set(input.forgetSetId, 'FORGET', 'forgetSetId');
    if (forgetSet instanceof Refusal) return forgetSet;
    const retainSet = input.retainSetId == null ? null : await this.#set(input.retainSetId, 'RETAIN', 'retainSetId');
    if (retainSet instanceof Refusal) return retainSet;
    const dataset = await datasets.get(input.datasetId);
    if (!dataset) return refuse('DATASET_NOT_FOUND', ['datasetId'], { id: input.datasetId });
    const overlap = await this.#overlap(forgetSet, retainSet, dataset.id);
    if (overlap) return overlap;
    const images = input.images ?? DEFAULT_IMAGES;
    const seed = input.seed ?? 0;
    const forgetClasses = forgetSet.classes;
    // Numbers that are no numbers are refused with the rest; until then the query gets sound ones.
    const sound = { images: Math.min(Math.max(Math.trunc(images) || 1, 1), 10_000), seed: Math.trunc(seed) || 0 };
    return {
      subject,
      original,
      retrained,
      forgetSet,
      retainSet,
      dataset,
      superclasses: input.superclasses ?? [],
      templates: input.templates ?? [DEFAULT_TEMPLATE],
      images,
      seed,
      relearning: relearningOf(input.relearning, original, images),
      samples: await evidenceSamples(database, { forgetSet, retainSet, dataset, forgetClasses, ...sound }),
      attacks: input.attacks ?? null,
    };
  }

  async #set(id: string, kind: SetKind, field: string): Promise<SampleSet | Refusal> {
    const set = await this.services.sets.get(id);
    return set?.kind === kind ? set : refuse('SET_NOT_FOUND', [field], { kind: kind.toLowerCase(), id });
  }

  async #overlap(forgetSet: SampleSet, retainSet: SampleSet | null, datasetId: string): Promise<Refusal | null> {
    const { sets } = this.services;
    const left = `forget set ${forgetSet.name}`;
    const held = 'the held-out images';
    const pairs = [
      { left, right: held, field: 'datasetId', found: await sets.overlapWithDataset(forgetSet.id, datasetId) },
    ];
    if (retainSet) {
      const right = `retain set ${retainSet.name}`;
      pairs.push(
        { left, right, field: 'retainSetId', found: await sets.overlap(forgetSet.id, retainSet.id) },
        {
          left: right,
          right: held,
          field: 'datasetId',
          found: await sets.overlapWithDataset(retainSet.id, datasetId),
        },
      );
    }
    const shared = pairs.find(({ found }) => found.count > 0);
    if (!shared) return null;
    const { field, found, ...names } = shared;
    return refuse('SETS_OVERLAP', [field], { ...names, count: found.count, hash: found.hash! });
  }

  /** One that waits ends at once; one under way is asked to, and its executor settles it. Asking twice is no error. */
  async cancel(id: string): Promise<Verification | Refusal> {
    const { database, queue, audit } = this.services;
    if (!isId(id)) return refuse('VERIFICATION_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      // Everybody locks the job before its subject, so that nobody waits in a circle.
      await database.query(`SELECT id FROM job WHERE kind = 'VERIFICATION' AND subject_id = $1 FOR UPDATE`, [id]);
      const found = await database
        .repository(Verification)
        .findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!found) return refuse('VERIFICATION_NOT_FOUND', ['id'], { id });
      if (isFinal(found.status)) {
        const status = found.status.toLowerCase();
        return found.status === 'CANCELLED' ? found : refuse('VERIFICATION_FINISHED', ['id'], { id, status });
      }
      if (found.cancelRequestedAt) return found;
      await database.repository(Verification).update({ id }, { cancelRequestedAt: new Date() });
      await audit.record({
        action: 'VERIFICATION_CANCEL_REQUESTED',
        subject: { type: 'VERIFICATION', id },
        after: { status: found.status, cancelRequested: true },
        projectId: found.projectId,
      });
      if (found.status === 'QUEUED') {
        await queue.remove('VERIFICATION', id);
        await this.end(found, { status: 'CANCELLED' });
      } else {
        await database.notify(cancelChannel, id);
      }
      return this.getOrFail(id);
    });
  }

  /** Part of the transaction that claimed the job. */
  override async begin(claim: Claim): Promise<Verification> {
    const { id } = await super.begin(claim);
    const relations = {
      checkpoint: true,
      original: true,
      retrained: true,
      forgetSet: true,
      retainSet: true,
      dataset: true,
    };
    return this.services.database.repository(Verification).findOneOrFail({ where: { id }, relations });
  }

  protected override fresh(): Partial<Verification> {
    return { progress: null };
  }

  protected override kept(row: Verification): object {
    const { planDigest, verdict, lines } = row;
    return { ...super.kept(row), planDigest, verdict, lines };
  }

  /** Says that its holder is alive, and hears whether it shall stop. @throws LeaseLost */
  override async heartbeat(claim: Claim): Promise<{ cancelRequested: boolean }> {
    await super.heartbeat(claim);
    const { cancelRequestedAt } = await this.getOrFail(claim.subjectId);
    return { cancelRequested: cancelRequestedAt !== null };
  }

  /** The images of a verification with its sets and dataset. Throws when they are not those that were planned. */
  async samples({ forgetSet, retainSet, dataset, plan }: Verification): Promise<EvidenceSamples> {
    const { images, seed, forgetClasses } = plan;
    const asked = {
      forgetSet: forgetSet!,
      retainSet: retainSet ?? null,
      dataset: dataset!,
      forgetClasses,
      images,
      seed,
    };
    const samples = await evidenceSamples(this.services.database, asked);
    if (digestOfSamples(samples) !== plan.samples.digest) throw new Error('the images are not those of the plan');
    return samples;
  }

  /** How far it is. @throws LeaseLost */
  async report(claim: Claim, progress: VerificationProgress): Promise<void> {
    const rows = await this.services.database.query(
      `UPDATE verification SET progress = $3 WHERE id = $1 AND attempts = $2 AND status = 'RUNNING' RETURNING id`,
      [claim.subjectId, claim.attempt, JSON.stringify(progress)],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /** Ends it with all its numbers and the verdict on them, in one transaction. @throws LeaseLost */
  async succeed(claim: Claim, { results, environment }: Evidenced): Promise<void> {
    await this.settle(claim, 'SUCCEEDED', async ({ id, plan }) => {
      const { thresholds } = plan.policy;
      await this.services.database
        .repository(AttackResult)
        .insert(results.map((row, position) => ({ ...row, verificationId: id, position, seed: plan.seed })));
      return { environment, ...judge(results, thresholds, { retrained: plan.models.RETRAINED !== null }) };
    });
  }

  /** The attempt stopped because it was cancelled. @throws LeaseLost */
  async cancelled(claim: Claim): Promise<void> {
    await this.settle(claim, 'CANCELLED', async () => ({}));
  }

  protected override async end(
    subject: Verification,
    change: Partial<Verification> & { status: Ending },
  ): Promise<void> {
    await super.end(subject, change);
    const { verdict = null } = change;
    if (verdict === null) return;
    const { id, checkpointId, projectId } = subject;
    const payload = { verificationId: id, checkpointId, verdict };
    await this.services.webhooks.publish('VERIFICATION_FINISHED', payload, projectId);
  }

  /** What the newest verification that came to an end says of a checkpoint; null when there is none. */
  async verdictOf(checkpointId: string): Promise<Verdict | null> {
    return (await this.latestOf(checkpointId))?.verdict ?? null;
  }

  /** The newest verification of a checkpoint that came to an end, with its lines. */
  async latestOf(checkpointId: string): Promise<Verification | null> {
    if (!isId(checkpointId)) return null;
    return this.services.database
      .repository(Verification)
      .findOne({ where: { checkpointId, status: 'SUCCEEDED' }, order: { finishedAt: 'DESC', id: 'DESC' } });
  }

  /** Numbers of some verifications, in order; for dataloaders. */
  async resultsOf(ids: readonly string[]): Promise<AttackResult[]> {
    return this.services.database
      .repository(AttackResult)
      .find({ where: { verificationId: In([...ids]) }, order: { verificationId: 'ASC', position: 'ASC' } });
  }

  /** Newest first. */
  async list(
    page: PageRequest,
    filter: { runId?: string | null; checkpointId?: string | null } = {},
  ): Promise<Page<Verification>> {
    const query = this.services.database.repository(Verification).createQueryBuilder('verification');
    for (const [column, id] of Object.entries({ runId: filter.runId, checkpointId: filter.checkpointId })) {
      if (id == null) continue;
      query.andWhere(isId(id) ? `verification.${column} = :${column}` : 'false', { [column]: id });
    }
    return pageOf(query, page);
  }
}
