import type { Database } from '../../database';
import { type Claim, LeaseLost, type Queue } from '../../queue';
import { actingAs, systemOf } from '../actor/actor';
import type { ArtifactService, NewArtifact } from '../artifact/artifact.service';
import type { AuditLog } from '../audit/audit-log';
import type { CheckpointService, MadeCheckpoint } from '../checkpoint/checkpoint.service';
import type { EvaluationService, Found } from '../evaluation/evaluation.service';
import type { LineageService } from '../lineage/lineage.service';
import type { OpenLineageOutbox } from '../open-lineage/open-lineage-outbox';
import { transitions } from '../open-lineage/run-event-message';
import type { RunEventLog } from '../run-event/run-event-log';
import type { NewRunEvent } from '../run-event/run-event-types';
import type { WebhookService } from '../webhook/webhook.service';
import { moveRun } from './move-run';
import { type Cost, type Failure, Run, type Snapshot } from './run.entity';

export interface MetricPoint {
  name: string;
  stage: string;
  step: number;
  value: number;
}

/** What a successful attempt hands in. */
export interface RunSuccess {
  checkpoint: MadeCheckpoint;
  outcome: string | null;
  environment: Record<string, unknown>;
  /** Evaluation of the new checkpoint, where the run asked for one. */
  after: Found | null;
  cost: Cost | null;
}

interface AttemptServices {
  database: Database;
  queue: Queue;
  audit: AuditLog;
  events: RunEventLog;
  artifactRows: ArtifactService;
  checkpoints: CheckpointService;
  evaluations: EvaluationService;
  lineage: LineageService;
  openLineage: OpenLineageOutbox;
  webhooks: WebhookService;
}

/** A failure that cannot be told from a lost machine; also what users see when all attempts ended like that. */
export const EXECUTOR_LOST: Failure = {
  code: 'EXECUTOR_LOST',
  message: 'the executor that worked on it stopped answering',
};

/**
 * What an executor does with the run it has claimed. Every write carries the claim: an executor that was taken for dead
 * and comes back is told LeaseLost and changes nothing, so a run ends exactly once whoever dies when.
 */
export class RunAttemptService {
  constructor(readonly services: AttemptServices) {}

  /** Part of the transaction that claimed the job. */
  async begin(claim: Claim): Promise<Run> {
    const { database, events } = this.services;
    const runs = database.repository(Run);
    const before = await runs.findOneOrFail({ where: { id: claim.subjectId }, lock: { mode: 'pessimistic_write' } });
    const { attempt, holder: executorId } = claim;
    await runs.update({ id: before.id }, { attempts: attempt, executorId, startedAt: before.startedAt ?? new Date() });
    await moveRun(this.services, before.id, 'RUNNING');
    const story: NewRunEvent[] = [];
    // Claimed while RUNNING: nobody released it, so its executor died.
    if (before.status === 'RUNNING') {
      story.push({ type: 'RETRYING', payload: { attempt: before.attempts, ...EXECUTOR_LOST } });
    }
    const resumedFrom = before.snapshot && { stage: before.snapshot.stage, step: before.snapshot.step };
    story.push({ type: 'STARTED', payload: { attempt, executorId, resumedFrom } });
    await events.append(before.id, story);
    if (before.startedAt === null) await this.services.openLineage.record('START', before.id);
    return runs.findOneOrFail({
      where: { id: before.id },
      relations: {
        method: true,
        checkpoint: true,
        forgetSet: true,
        retainSet: true,
        calibrationSet: true,
        evaluateOn: true,
      },
    });
  }

  /** Keeps the lease. @throws LeaseLost when another executor has the run, or it has ended */
  async heartbeat(claim: Claim): Promise<{ cancelRequested: boolean }> {
    const { database, queue } = this.services;
    await queue.heartbeat(claim);
    const [run] = await database.query<{ cancelRequested: boolean }>(
      'SELECT cancel_requested_at IS NOT NULL AS "cancelRequested" FROM run WHERE id = $1',
      [claim.subjectId],
    );
    return run ?? { cancelRequested: false };
  }

  /** Events of the attempt; STAGE and PROGRESS also move the run's own stage and progress. @throws LeaseLost */
  async report(claim: Claim, events: NewRunEvent[]): Promise<void> {
    const { database } = this.services;
    await database.transaction(async () => {
      await this.services.events.append(claim.subjectId, events, claim);
      const stage = events.findLast((event) => event.type === 'STAGE' || event.type === 'PROGRESS')?.payload.stage;
      const latest = events.findLast((event) => event.type === 'PROGRESS')?.payload;
      if (stage === undefined) return;
      const { step, totalSteps, fraction, etaSeconds } = latest ?? {};
      await database.query('UPDATE run SET stage = $2, progress = coalesce($3::jsonb, progress) WHERE id = $1', [
        claim.subjectId,
        stage,
        latest ? JSON.stringify({ step, totalSteps, fraction, etaSeconds }) : null,
      ]);
    });
  }

  /** Stores steps of metrics, many at a time. @throws LeaseLost */
  async recordMetrics(claim: Claim, points: MetricPoint[]): Promise<void> {
    if (points.length === 0) return;
    await this.#asCurrent(claim, async () => {
      await this.services.database.query(
        `INSERT INTO metric (run_id, name, stage, step, value)
         SELECT DISTINCT ON (name, stage, step) $1::uuid, name, stage, step, value
         FROM unnest($2::text[], $3::text[], $4::int[], $5::float8[]) AS row(name, stage, step, value)
         ON CONFLICT (run_id, name, stage, step) DO UPDATE SET value = excluded.value`,
        [
          claim.subjectId,
          points.map((point) => point.name),
          points.map((point) => point.stage),
          points.map((point) => point.step),
          points.map((point) => point.value),
        ],
      );
    });
  }

  /** From here a retried attempt goes on; the artifact must be stored already. @throws LeaseLost */
  async recordSnapshot(claim: Claim, snapshot: Snapshot): Promise<void> {
    await this.#asCurrent(claim, async (run) => {
      await this.services.database.repository(Run).update({ id: run.id }, { snapshot });
      const { stage, step } = snapshot;
      await this.services.events.append(run.id, [{ type: 'SNAPSHOT', payload: { stage, step } }], claim);
    });
  }

  /** The evaluation of the original checkpoint; a retried attempt finds the first one's. @throws LeaseLost */
  async recordBefore(claim: Claim, before: Found): Promise<void> {
    await this.#asCurrent(claim, async (run) => {
      const made = await this.services.evaluations.record(run, 'BEFORE', run.checkpointId, before);
      if (made === null) return;
      const payload = { evaluationId: made.id, role: 'BEFORE' } as const;
      await this.services.events.append(run.id, [{ type: 'EVALUATED', payload }], claim);
    });
  }

  /** A picture or table of the run; one of the same name takes the place of the earlier. @throws LeaseLost */
  async recordArtifact(claim: Claim, artifact: NewArtifact): Promise<void> {
    await this.#asCurrent(claim, async (run) => {
      const artifactId = await this.services.artifactRows.record({ runId: run.id }, artifact);
      if (artifactId === null) return;
      await this.services.events.append(run.id, [{ type: 'ARTIFACT_ADDED', payload: { artifactId } }], claim);
    });
  }

  /**
   * Ends the run with its new checkpoint, all in one transaction. The same claim handing in twice (its first answer was
   * lost) gets the run as it is. @throws LeaseLost
   */
  async succeed(claim: Claim, success: RunSuccess): Promise<Run> {
    const { database, events, checkpoints, evaluations, lineage } = this.services;
    return this.#settle(claim, 'SUCCEEDED', async (run) => {
      const made = await checkpoints.registerMade(success.checkpoint, { parentId: run.checkpointId, runId: run.id });
      await lineage.link({ from: run.id, to: made.id, kind: 'GENERATED' });
      await lineage.link({ from: run.checkpointId, to: made.id, kind: 'UNLEARNED' });
      if (success.after) {
        const after = await evaluations.record(run, 'AFTER', made.id, success.after);
        if (after) {
          const payload = { evaluationId: after.id, role: 'AFTER' } as const;
          await events.append(run.id, [{ type: 'EVALUATED', payload }]);
        }
      }
      const { outcome, environment, cost } = success;
      await database.query(`UPDATE run SET result_id = $2, outcome = $3, environment = $4, cost = $5 WHERE id = $1`, [
        run.id,
        made.id,
        outcome,
        JSON.stringify(environment),
        cost && JSON.stringify(cost),
      ]);
      await events.append(run.id, [{ type: 'SUCCEEDED', payload: { checkpointId: made.id, outcome } }]);
    });
  }

  /** The attempt failed: another one follows when `retry` and there is one left, else the run fails. @throws LeaseLost */
  async fail(claim: Claim, failure: Failure, { retry }: { retry: boolean }): Promise<void> {
    const { database, queue, events } = this.services;
    const retried = await database.transaction(async () => {
      if (!retry || !(await queue.hasAttemptLeft(claim))) return false;
      await queue.release(claim);
      await moveRun(this.services, claim.subjectId, 'QUEUED');
      await events.append(claim.subjectId, [{ type: 'RETRYING', payload: { attempt: claim.attempt, ...failure } }]);
      return true;
    });
    if (!retried) await this.#settle(claim, 'FAILED', async (run) => this.#failed(run.id, failure));
  }

  /** The attempt stopped because the run was cancelled. @throws LeaseLost */
  async cancelled(claim: Claim): Promise<void> {
    await this.#settle(claim, 'CANCELLED', async (run) => {
      await this.services.events.append(run.id, [{ type: 'CANCELLED', payload: {} }]);
    });
  }

  /** Gives the run back unharmed, as when the executor shuts down; the attempt does not count. @throws LeaseLost */
  async release(claim: Claim): Promise<void> {
    const { database, queue, events } = this.services;
    await database.transaction(async () => {
      await queue.release(claim, { refund: true });
      await moveRun(this.services, claim.subjectId, 'QUEUED');
      const failure = { code: 'EXECUTOR_STOPPED', message: 'the executor shut down and gave the run back' };
      await events.append(claim.subjectId, [{ type: 'RETRYING', payload: { attempt: claim.attempt, ...failure } }]);
    });
  }

  /** Fails runs whose last allowed attempt was lost; every executor and server asks now and then. */
  async failExhausted(): Promise<number> {
    const { database, queue } = this.services;
    for (let failed = 0; ; failed++) {
      const found = await database.transaction(async () => {
        const job = await queue.takeExhausted('RUN');
        if (!job) return false;
        const message = `${EXECUTOR_LOST.message}, ${job.attempt} times`;
        const run = await database
          .repository(Run)
          .findOneOrFail({ where: { id: job.subjectId }, lock: { mode: 'pessimistic_write' } });
        await this.#failed(run.id, { ...EXECUTOR_LOST, message });
        await moveRun(this.services, run.id, 'FAILED');
        await this.#ended(run, 'FAILED');
        return true;
      });
      if (!found) return failed;
    }
  }

  async #failed(runId: string, failure: Failure): Promise<void> {
    await this.services.database.repository(Run).update({ id: runId }, { error: failure });
    await this.services.events.append(runId, [{ type: 'FAILED', payload: failure }]);
  }

  /** Ends the run: the job goes, the status becomes final and the story gets its last event, or none of it. */
  async #settle(
    claim: Claim,
    status: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
    write: (run: Run) => Promise<void>,
  ): Promise<Run> {
    const { database, queue } = this.services;
    return database.transaction(async () => {
      const already = await database.repository(Run).findOneByOrFail({ id: claim.subjectId });
      if (already.status === status && already.attempts === claim.attempt) return already;
      await queue.settle(claim);
      const run = await this.#lockCurrent(claim);
      await actingAs(systemOf(run.projectId), () => write(run));
      await moveRun(this.services, run.id, status);
      return this.#ended(run, status);
    });
  }

  /** Tells those who wait for a run that it is over. Part of the transaction that ended it. */
  async #ended({ id, projectId }: Run, status: keyof typeof transitions): Promise<Run> {
    const { database, openLineage, webhooks } = this.services;
    const ended = await database.repository(Run).findOneByOrFail({ id });
    await openLineage.record(transitions[status], id, ended.error?.message ?? null);
    await actingAs(systemOf(projectId), () =>
      webhooks.publish('RUN_FINISHED', { runId: id, status, resultId: ended.resultId }),
    );
    return ended;
  }

  async #asCurrent(claim: Claim, write: (run: Run) => Promise<void>): Promise<void> {
    await this.services.database.transaction(async () => {
      const run = await this.#lockCurrent(claim);
      await actingAs(systemOf(run.projectId), () => write(run));
    });
  }

  async #lockCurrent(claim: Claim): Promise<Run> {
    const run = await this.services.database.repository(Run).findOne({
      where: { id: claim.subjectId, attempts: claim.attempt, status: 'RUNNING' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!run) throw new LeaseLost(claim);
    return run;
  }
}
