import { createHash } from 'node:crypto';
import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Queue } from '../../queue';
import { canonical } from '../../signing';
import type { AuditLog } from '../audit/audit-log';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { DatasetService } from '../dataset/dataset.service';
import { deviceNeeds, type ExecutorService } from '../executor/executor.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { OpenLineageOutbox } from '../open-lineage/open-lineage-outbox';
import type { Verdict } from '../policy/judge';
import type { PolicyService } from '../policy/policy.service';
import { Refusal, refuse } from '../refusal/refusals';
import type { Run } from '../run/run.entity';
import type { RunService } from '../run/run.service';
import type { SampleSetService } from '../sample-set/sample-set.service';
import type { WebhookService } from '../webhook/webhook.service';
import { askedOf } from './asked-verification';
import { AttackResult } from './attack-result.entity';
import { refusalOf } from './check-verification';
import { newestEvidence, toBeForgotten } from './evidence';
import { planOf } from './plan-verification';
import { Verification } from './verification.entity';
import { VerificationLife } from './verification-life';
import type { VerifyCheckpoint, VerifyRun } from './verify-request';

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

/** Attacks on checkpoints: asked for, planned and read here; done by executors and judged by `VerificationLife`. */
export class VerificationService extends VerificationLife {
  constructor(readonly services: VerificationServices) {
    super(services);
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
    const policy = input.policyId == null ? await policies.shipped() : await policies.get(input.policyId);
    if (!policy) return refuse('POLICY_NOT_FOUND', ['policyId'], { id: input.policyId ?? '' });
    const asked = await askedOf(input, policy.protocol, this.services);
    if (asked instanceof Refusal) return asked;
    const refusal = refusalOf(asked);
    if (refusal) return refusal;
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
    const { subject, original, retrained, references, forgetSet, retainSet, dataset } = asked;
    const given = [subject, original, retrained, ...references, forgetSet, retainSet, dataset];
    for (const from of new Set(given.flatMap((each) => each?.id ?? [])))
      await lineage.link({ from, to: id, kind: 'USED' });
    await queue.enqueue({ kind: 'VERIFICATION', subjectId: id, needs: deviceNeeds(device) });
    const planned = await this.getOrFail(id);
    await this.asked(planned, 'PLANNED');
    return planned;
  }

  /**
   * The worst that the newest evidence says by a policy about anything a checkpoint is to have forgotten; null when there is none about some of
   * it. Evidence about something else does not count.
   */
  async verdictOf(checkpointId: string, policyId: string): Promise<Verdict | null> {
    if (!isId(checkpointId) || !isId(policyId)) return null;
    const { database } = this.services;
    const said: (Verdict | null)[] = [];
    for (const forgotten of await toBeForgotten(database, checkpointId, policyId)) {
      const evidence = await newestEvidence(database, { checkpointId, policyId, ...forgotten });
      said.push(evidence?.verdict ?? null);
    }
    return (['FAIL', null, 'INCONCLUSIVE', 'PASS'] as const).find((verdict) => said.includes(verdict)) ?? null;
  }

  /** The newest evidence that what a run has made forgot what the run was to make it forget. @param policyId null for whichever policy */
  async evidenceOf(run: Run, policyId: string | null = null): Promise<Verification | null> {
    const { resultId: checkpointId, checkpointId: originalId, forgetSetId } = run;
    if (checkpointId === null) return null;
    return newestEvidence(this.services.database, { checkpointId, originalId, forgetSetId, policyId });
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
