import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Queue } from '../../queue';
import { currentActor, type Party } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { DatasetService } from '../dataset/dataset.service';
import { type ExecutorService, needsOf } from '../executor/executor.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { MethodService } from '../method/method.service';
import { Refusal, refuse } from '../refusal/refusals';
import type { RunEventLog } from '../run-event/run-event-log';
import { refuseShared } from '../sample-set/refuse-shared';
import type { SampleSet } from '../sample-set/sample-set.entity';
import type { SampleSetService } from '../sample-set/sample-set.service';
import type { WebhookService } from '../webhook/webhook.service';
import { Metric } from './metric.entity';
import { moveRun } from './move-run';
import { type Device, Run } from './run.entity';
import {
  type CheckedPlan,
  checkPlan,
  checkStandingPlan,
  measuredOn,
  type RunPlan,
  type StandingPlan,
  withoutImages,
} from './run-plan';
import { isFinal, type RunStatus, runStatuses } from './run-status';

/** Channel on which executors hear that a run shall stop; the payload is its id. */
export const cancelChannel = 'lethe_cancel';

export interface StartRun extends RunPlan {
  checkpointId: string;
  forgetSetId: string;
  templates?: string[] | null;
  /** Whether to draw what changed; true unless said. */
  pictures?: boolean | null;
  seed?: number | null;
  priority?: number | null;
  device?: Device | null;
  maxAttempts?: number | null;
  idempotencyKey?: string | null;
}

interface Sets {
  forget: SampleSet;
  retain: SampleSet | null;
  calibration: SampleSet | null;
}

export interface RunServices {
  database: Database;
  queue: Queue;
  audit: AuditLog;
  events: RunEventLog;
  checkpoints: CheckpointService;
  datasets: DatasetService;
  sets: SampleSetService;
  methods: MethodService;
  executors: ExecutorService;
  lineage: LineageService;
  idempotency: IdempotencyService;
  webhooks: WebhookService;
}

/** What users do with runs. What executors do is in run-attempt.service.ts. */
export class RunService {
  constructor(readonly services: RunServices) {}

  /** Checks everything that can be known beforehand, then queues the run. @param requester who may never approve it */
  async start({ idempotencyKey, ...input }: StartRun, requester: Party = currentActor()): Promise<Run | Refusal> {
    return this.services.idempotency.once(
      { scope: 'startRun', key: idempotencyKey, input },
      () => this.#start(input, requester),
      (id) => this.services.database.repository(Run).findOneByOrFail({ id }),
    );
  }

  async #start(input: Omit<StartRun, 'idempotencyKey'>, requester: Party): Promise<Run | Refusal> {
    const { database, queue, audit, events, checkpoints, executors, lineage } = this.services;
    const { seed = 0, priority = 0, device = 'AUTO', maxAttempts = 5 } = withoutNulls(input);
    const invalid = invalidNumber({ seed, priority, maxAttempts });
    if (invalid) return invalid;
    if (input.templates?.some((template) => !template.includes('{}')) || input.templates?.length === 0) {
      return refuse('INVALID_INPUT', ['templates'], { problem: 'a prompt template has {} where the class name goes' });
    }
    const checkpoint = await checkpoints.usable(input.checkpointId, ['checkpointId']);
    if (checkpoint instanceof Refusal) return checkpoint;
    const plan = await checkPlan(input, this.services);
    if (plan instanceof Refusal) return plan;
    const { method } = plan;
    const forget = await this.services.sets.ofKind(input.forgetSetId, 'FORGET', 'forgetSetId');
    if (forget instanceof Refusal) return forget;
    const sets = { forget, retain: plan.retain, calibration: plan.calibration };
    if (method.needs.includes('forget')) {
      const lacking = withoutImages(method, 'forget', forget);
      if (lacking) return lacking;
    }
    if (method.needs.includes('classes')) {
      const missing = await this.#otherClassMissing(sets, input.evaluateOnId ?? null, method.name);
      if (missing) return missing;
    }
    const overlap = await this.#overlap(sets, input.evaluateOnId ?? null);
    if (overlap) return overlap;
    const offered = await executors.offers(device);
    if (offered instanceof Refusal) return offered;

    const runs = database.repository(Run);
    const run = await runs.save(
      runs.create({
        methodId: method.id,
        parameters: plan.parameters,
        seed,
        priority,
        device,
        maxAttempts,
        checkpointId: checkpoint.id,
        forgetSetId: sets.forget.id,
        retainSetId: sets.retain?.id ?? null,
        calibrationSetId: sets.calibration?.id ?? null,
        evaluateOnId: input.evaluateOnId ?? null,
        templates: input.templates ?? null,
        pictures: input.pictures ?? true,
        requestedBy: requester.id,
        requestedByVouchers: [...(requester.vouchers ?? [])],
      }),
    );
    await lineage.add({ type: 'RUN', id: run.id, label: `${method.name} on ${checkpoint.name}` });
    const { checkpointId, forgetSetId, retainSetId, calibrationSetId, evaluateOnId } = run;
    const given = { checkpointId, forgetSetId, retainSetId, calibrationSetId, evaluateOnId };
    for (const from of Object.values(given)) {
      if (from !== null) await lineage.link({ from, to: run.id, kind: 'USED' });
    }
    await events.append(run.id, [{ type: 'QUEUED', payload: { priority } }]);
    await queue.enqueue({ kind: 'RUN', subjectId: run.id, priority, needs: needsOf(method.name, device), maxAttempts });
    const { id, parameters } = run;
    await audit.record({
      action: 'RUN_REQUESTED',
      subject: { type: 'RUN', id },
      after: { status: 'QUEUED', method: method.name, codeDigest: method.codeDigest, parameters, seed, ...given },
    });
    return runs.findOneByOrFail({ id });
  }

  /** See `checkStandingPlan`. */
  checkPlan(plan: StandingPlan): Promise<CheckedPlan | Refusal> {
    return checkStandingPlan(plan, this.services);
  }

  /** A method that makes its own images tells the forgotten classes from others, and so must know the name of one. */
  async #otherClassMissing(
    { forget, retain, calibration }: Sets,
    evaluateOnId: string | null,
    method: string,
  ): Promise<Refusal | null> {
    const { datasets } = this.services;
    const given = [forget, retain, calibration].filter((set) => set !== null);
    const ids = [evaluateOnId, ...given.map(({ datasetId }) => datasetId)].filter((id) => id !== null);
    const known = [...(await datasets.byIds(ids)), ...given].flatMap(({ classes }) => classes);
    if (known.some((name) => !forget.classes.includes(name))) return null;
    return refuse('CLASSES_MISSING', ['retainSetId'], { method, set: forget.name });
  }

  async #overlap({ forget, retain, calibration }: Sets, evaluateOnId: string | null): Promise<Refusal | null> {
    const forgetting = `forget set ${forget.name}`;
    for (const [other, field] of [
      [retain, 'retainSetId'],
      [calibration, 'calibrationSetId'],
    ] as const) {
      if (!other) continue;
      const shared = await this.services.sets.overlap(forget.id, other.id);
      const found = refuseShared(shared, forgetting, `retain set ${other.name}`, field);
      if (found) return found;
    }
    if (evaluateOnId === null) return null;
    const found = await measuredOn(this.services, forget, forgetting, evaluateOnId);
    return found ?? (retain && measuredOn(this.services, retain, `retain set ${retain.name}`, evaluateOnId));
  }

  /** A queued run ends at once; a running one is asked to, and its executor settles it. Asking twice is no error. */
  async cancel(id: string): Promise<Run | Refusal> {
    const { database, queue, audit, events, webhooks } = this.services;
    return database.transaction(async () => {
      const runs = database.repository(Run);
      if (!(await this.get(id))) return refuse('RUN_NOT_FOUND', ['id'], { id });
      // Everybody locks the job before the run, so that nobody waits in a circle.
      await database.query(`SELECT id FROM job WHERE kind = 'RUN' AND subject_id = $1 FOR UPDATE`, [id]);
      const run = await runs.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (isFinal(run.status)) {
        return run.status === 'CANCELLED'
          ? run
          : refuse('RUN_FINISHED', ['id'], { id, status: run.status.toLowerCase() });
      }
      if (run.cancelRequestedAt) return run;
      await runs.update({ id }, { cancelRequestedAt: new Date() });
      await events.append(id, [{ type: 'CANCEL_REQUESTED', payload: {} }]);
      await audit.record({
        action: 'RUN_CANCEL_REQUESTED',
        subject: { type: 'RUN', id },
        after: { status: run.status, cancelRequested: true },
        projectId: run.projectId,
      });
      if (run.status === 'QUEUED') {
        await queue.remove('RUN', id);
        await moveRun(this.services, id, 'CANCELLED');
        await events.append(id, [{ type: 'CANCELLED', payload: {} }]);
        await webhooks.publish('RUN_FINISHED', { runId: id, status: 'CANCELLED', resultId: null }, run.projectId);
      } else {
        await database.notify(cancelChannel, id);
      }
      return runs.findOneByOrFail({ id });
    });
  }

  async get(id: string): Promise<Run | null> {
    return isId(id) ? this.services.database.repository(Run).findOneBy({ id }) : null;
  }

  async byIds(ids: readonly string[]): Promise<Run[]> {
    return this.services.database.repository(Run).findBy({ id: In([...ids]) });
  }

  async list(
    page: PageRequest,
    filter: { status?: RunStatus | null; checkpointId?: string | null } = {},
  ): Promise<Page<Run>> {
    const query = this.services.database.repository(Run).createQueryBuilder('run');
    if (filter.status != null) query.andWhere('run.status = :status', { status: filter.status });
    if (filter.checkpointId != null) {
      query.andWhere(isId(filter.checkpointId) ? 'run.checkpointId = :checkpointId' : 'false', {
        checkpointId: filter.checkpointId,
      });
    }
    return pageOf(query, page);
  }

  /** How many runs there are in each status; for the operator's gauges. */
  async countByStatus(): Promise<Record<RunStatus, number>> {
    const rows = await this.services.database.query<{ status: RunStatus; count: number }>(
      'SELECT status, count(*) AS count FROM run GROUP BY status',
    );
    const counts = new Map(rows.map(({ status, count }) => [status, count]));
    return Object.fromEntries(runStatuses.map((status) => [status, counts.get(status) ?? 0])) as Record<
      RunStatus,
      number
    >;
  }

  /** Steps of one metric, or of all, in order. */
  async metrics(runId: string, name?: string | null): Promise<Metric[]> {
    return this.services.database
      .repository(Metric)
      .find({ where: { runId, ...(name == null ? {} : { name }) }, order: { name: 'ASC', stage: 'ASC', step: 'ASC' } });
  }
}

function withoutNulls<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], null> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as {
    [K in keyof T]: Exclude<T[K], null>;
  };
}

const bounds = { seed: [0, 2 ** 31 - 1], priority: [-1_000, 1_000], maxAttempts: [1, 100] } as const;

function invalidNumber(values: Record<keyof typeof bounds, number>): Refusal<'INVALID_INPUT'> | null {
  for (const [name, [low, high]] of Object.entries(bounds) as [keyof typeof bounds, readonly [number, number]][]) {
    const value = values[name];
    if (!Number.isInteger(value) || value < low || value > high) {
      return refuse('INVALID_INPUT', [name], { problem: `${name} must be an integer from ${low} to ${high}` });
    }
  }
  return null;
}
