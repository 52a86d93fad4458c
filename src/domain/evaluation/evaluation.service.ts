import { In } from 'typeorm';
import type { Database } from '../../database';
import type { MetricName } from '../../metrics';
import { type Claim, LeaseLost, type Queue } from '../../queue';
import { actingAs, systemOf } from '../actor/actor';
import type { ArtifactService, NewArtifact } from '../artifact/artifact.service';
import type { AuditLog } from '../audit/audit-log';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { DatasetService } from '../dataset/dataset.service';
import { deviceNeeds, type ExecutorService } from '../executor/executor.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { JobLife } from '../job/job-life';
import type { LineageService } from '../lineage/lineage.service';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { OpenLineageOutbox } from '../open-lineage/open-lineage-outbox';
import { Refusal, refuse } from '../refusal/refusals';
import type { Device, Run } from '../run/run.entity';
import { refusalOf } from './check-evaluation';
import { type ClassGroup, Evaluation, type EvaluationProgress } from './evaluation.entity';
import type { MeasuredValue, MetricValueService } from './metric-value.service';

export interface EvaluateCheckpoint {
  checkpointId: string;
  datasetId: string;
  /** ZERO_SHOT when left out. */
  metrics?: MetricName[] | null;
  /** Prompt templates with `{}`; null for the evaluation's own default. */
  templates?: string[] | null;
  /** The checkpoint to compare with, as a rule the original. */
  referenceId?: string | null;
  forgetClasses?: string[] | null;
  groups?: ClassGroup[] | null;
  device?: Device | null;
  idempotencyKey?: string | null;
}

/** What an evaluation found. */
export interface Found {
  /** Those it used. */
  templates: string[];
  values: MeasuredValue[];
  environment: Record<string, unknown>;
}

interface EvaluationServices {
  database: Database;
  queue: Queue;
  audit: AuditLog;
  artifactRows: ArtifactService;
  checkpoints: CheckpointService;
  datasets: DatasetService;
  executors: ExecutorService;
  lineage: LineageService;
  openLineage: OpenLineageOutbox;
  values: MetricValueService;
  idempotency: IdempotencyService;
}

export class EvaluationService extends JobLife<Evaluation> {
  constructor(readonly services: EvaluationServices) {
    super(services, 'EVALUATION', Evaluation);
  }

  /** Queues an evaluation that belongs to no run. */
  async request({ idempotencyKey, ...input }: EvaluateCheckpoint): Promise<Evaluation | Refusal> {
    const { database, queue, checkpoints, datasets, executors, idempotency } = this.services;
    const evaluations = () => database.repository(Evaluation);
    return idempotency.once<Evaluation, Refusal>(
      { scope: 'evaluateCheckpoint', key: idempotencyKey, input },
      async () => {
        const checkpoint = await checkpoints.usable(input.checkpointId, ['checkpointId']);
        if (checkpoint instanceof Refusal) return checkpoint;
        const dataset = await datasets.get(input.datasetId);
        if (!dataset) return refuse('DATASET_NOT_FOUND', ['datasetId'], { id: input.datasetId });
        const reference =
          input.referenceId == null ? null : await checkpoints.usable(input.referenceId, ['referenceId']);
        if (reference instanceof Refusal) return reference;
        const { templates, forgetClasses, groups, device } = input;
        const asked = {
          templates: templates ?? [],
          metrics: [...new Set(input.metrics ?? ['ZERO_SHOT' as const])],
          forgetClasses: [...new Set(forgetClasses ?? [])],
          groups: groups ?? [],
        };
        const wordless = await datasets.hasWordless(dataset.id);
        const refusal = refusalOf({ ...asked, checkpoint, dataset, reference, wordless });
        if (refusal) return refusal;
        const offered = await executors.offers(device ?? 'AUTO');
        if (offered instanceof Refusal) return offered;
        const made = await evaluations().save(
          evaluations().create({
            ...asked,
            checkpointId: checkpoint.id,
            datasetId: dataset.id,
            referenceId: reference?.id ?? null,
            device: device ?? 'AUTO',
          }),
        );
        await this.#enterLineage(made);
        await queue.enqueue({ kind: 'EVALUATION', subjectId: made.id, needs: deviceNeeds(device ?? 'AUTO') });
        const requested = await this.getOrFail(made.id);
        await this.asked(requested);
        return requested;
      },
      (id) => this.getOrFail(id),
    );
  }

  /** Part of the transaction that claimed the job. */
  override async begin(claim: Claim): Promise<Evaluation> {
    const { id } = await super.begin(claim);
    const relations = { checkpoint: true, dataset: true, reference: true };
    return this.services.database.repository(Evaluation).findOneOrFail({ where: { id }, relations });
  }

  protected override fresh(): Partial<Evaluation> {
    return { progress: null };
  }

  protected override kept(row: Evaluation): object {
    const { checkpointId, datasetId, referenceId, runId, metrics } = row;
    return { ...super.kept(row), checkpointId, datasetId, referenceId, runId, metrics };
  }

  /** A picture or table of it; one of the same name takes the place of the earlier. @throws LeaseLost */
  async recordArtifact(claim: Claim, artifact: NewArtifact): Promise<void> {
    const { database, artifactRows } = this.services;
    await database.transaction(async () => {
      const { id, projectId } = await this.current(claim);
      await actingAs(systemOf(projectId), () => artifactRows.record({ evaluationId: id }, artifact));
    });
  }

  /** How far it is. @throws LeaseLost */
  async report(claim: Claim, progress: EvaluationProgress): Promise<void> {
    const rows = await this.services.database.query(
      `UPDATE evaluation SET progress = $3 WHERE id = $1 AND attempts = $2 AND status = 'RUNNING' RETURNING id`,
      [claim.subjectId, claim.attempt, JSON.stringify(progress)],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /** Ends it with all its numbers, in one transaction. @throws LeaseLost */
  async succeed(claim: Claim, found: Found): Promise<void> {
    const { templates, environment, values } = found;
    await this.settle(claim, 'SUCCEEDED', async ({ id }) => {
      await this.services.values.insert(id, values);
      return { templates, environment };
    });
  }

  /** An evaluation that a run made on its way; null when the run has this one already. Part of its transaction. */
  async record(
    run: Run,
    role: 'BEFORE' | 'AFTER',
    checkpointId: string,
    { templates, values, environment }: Found,
  ): Promise<Evaluation | null> {
    if (run.evaluateOnId === null) throw new Error(`internal: run ${run.id} was not asked to evaluate`);
    const evaluations = this.services.database.repository(Evaluation);
    if (await evaluations.existsBy({ runId: run.id, role })) return null;
    const made = await evaluations.save(
      evaluations.create({
        checkpointId,
        datasetId: run.evaluateOnId,
        runId: run.id,
        role,
        status: 'SUCCEEDED',
        metrics: ['ZERO_SHOT'],
        templates,
        environment,
        finishedAt: new Date(),
      }),
    );
    await this.#enterLineage(made);
    await this.services.lineage.link({ from: run.id, to: made.id, kind: 'GENERATED' });
    await this.services.values.insert(made.id, values);
    await this.asked(await this.getOrFail(made.id), 'SUCCEEDED');
    return made;
  }

  async #enterLineage({ id, checkpointId, datasetId, referenceId, role }: Evaluation): Promise<void> {
    const { lineage, checkpoints, datasets } = this.services;
    const [checkpoint, dataset] = [await checkpoints.getOrFail(checkpointId), await datasets.getOrFail(datasetId)];
    const when = role === null ? '' : `, ${role.toLowerCase()} a run`;
    await lineage.add({ type: 'EVALUATION', id, label: `${checkpoint.name} on ${dataset.name}${when}` });
    for (const from of [checkpointId, datasetId, referenceId]) {
      if (from != null) await lineage.link({ from, to: id, kind: 'USED' });
    }
  }

  /** Those of some runs, for dataloaders. */
  async ofRuns(runIds: readonly string[]): Promise<Evaluation[]> {
    return this.services.database.repository(Evaluation).findBy({ runId: In([...runIds]) });
  }

  /** Those of a checkpoint, newest first. */
  async ofCheckpoint(checkpointId: string, page: PageRequest): Promise<Page<Evaluation>> {
    const query = this.services.database
      .repository(Evaluation)
      .createQueryBuilder('evaluation')
      .where('evaluation.checkpointId = :checkpointId', { checkpointId });
    return pageOf(query, page);
  }
}
