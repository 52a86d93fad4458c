import { In } from 'typeorm';
import type { Database } from '../../database';
import { type Claim, LeaseLost, type Queue } from '../../queue';
import { actingAs, systemOf } from '../actor/actor';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService, MadeCheckpoint } from '../checkpoint/checkpoint.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { Refusal, refuse } from '../refusal/refusals';
import type { Failure } from '../run/run.entity';
import { architectureDifferences } from './architecture-differences';
import { CheckpointMerge, type MergeSource } from './checkpoint-merge.entity';

export interface MergeCheckpoints {
  /** Of the checkpoint to be made. */
  name: string;
  sources: { checkpointId: string; weight: number }[];
  idempotencyKey?: string | null;
}

interface MergeServices {
  database: Database;
  queue: Queue;
  checkpoints: CheckpointService;
  lineage: LineageService;
  idempotency: IdempotencyService;
}

/** More are not refused for their own sake: one request shall not read thousands of rows. */
const MOST_SOURCES = 100;

/** Averages of checkpoints: asked for by users, made by executors. */
export class MergeService {
  constructor(readonly services: MergeServices) {}

  /** Checks that the checkpoints can be averaged and queues it. */
  async request({ idempotencyKey, ...input }: MergeCheckpoints): Promise<CheckpointMerge | Refusal> {
    return this.services.idempotency.once(
      { scope: 'mergeCheckpoints', key: idempotencyKey, input },
      () => this.#request(input),
      (id) => this.getOrFail(id),
    );
  }

  async #request({ name, sources }: Omit<MergeCheckpoints, 'idempotencyKey'>): Promise<CheckpointMerge | Refusal> {
    const { database, queue } = this.services;
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a checkpoint needs a name' });
    if (sources.length > MOST_SOURCES) {
      return refuse('INVALID_INPUT', ['sources'], { problem: `at most ${MOST_SOURCES} checkpoints can be merged` });
    }
    if (sources.length < 2) return refuse('MERGE_TOO_FEW', ['sources'], { count: sources.length });
    const checkpoints: Checkpoint[] = [];
    for (const [i, { checkpointId, weight }] of sources.entries()) {
      const at = (field: string) => ['sources', String(i), field];
      const checkpoint = await this.services.checkpoints.usable(checkpointId, at('checkpointId'));
      if (checkpoint instanceof Refusal) return checkpoint;
      const label = checkpoint.name;
      if (checkpoints.some(({ id }) => id === checkpoint.id)) {
        return refuse('MERGE_REPEATED', at('checkpointId'), { name: label });
      }
      if (!(weight > 0 && Number.isFinite(weight))) {
        return refuse('MERGE_WEIGHT_INVALID', at('weight'), { name: label, weight });
      }
      const [first = checkpoint] = checkpoints;
      const differences = architectureDifferences(first.config, checkpoint.config);
      if (differences.length > 0) {
        const values = { left: first.name, right: label, differences: differences.join(', ') };
        return refuse('MERGE_ARCHITECTURES_DIFFER', at('checkpointId'), values);
      }
      checkpoints.push(checkpoint);
    }
    const merges = database.repository(CheckpointMerge);
    const made = await merges.save(merges.create({ name, sources: shares(sources) }));
    await queue.enqueue({ kind: 'MERGE', subjectId: made.id });
    return this.getOrFail(made.id);
  }

  /** Part of the transaction that claimed the job. */
  async begin(claim: Claim): Promise<CheckpointMerge> {
    const merges = this.services.database.repository(CheckpointMerge);
    await merges.update(
      { id: claim.subjectId },
      { status: 'RUNNING', attempts: claim.attempt, executorId: claim.holder },
    );
    return this.getOrFail(claim.subjectId);
  }

  /** @throws LeaseLost */
  async heartbeat(claim: Claim): Promise<void> {
    await this.services.queue.heartbeat(claim);
  }

  /**
   * Registers the average, with an edge of lineage from every source. The same claim handing in twice (its first answer
   * was lost) changes nothing. @throws LeaseLost
   */
  async succeed(claim: Claim, made: MadeCheckpoint): Promise<void> {
    const { checkpoints, lineage } = this.services;
    await this.#settle(claim, 'SUCCEEDED', async ({ id: mergeId, sources }) => {
      const { id: childId } = await checkpoints.registerMade(made, { mergeId });
      for (const { checkpointId: parentId, share } of sources) {
        await lineage.record({ parentId, childId, kind: 'MERGED', runId: null, share });
      }
      return { resultId: childId };
    });
  }

  /** @throws LeaseLost */
  async fail(claim: Claim, error: Failure, { retry }: { retry: boolean }): Promise<void> {
    const { database, queue } = this.services;
    const retried = await database.transaction(async () => {
      if (!retry || !(await queue.hasAttemptLeft(claim))) return false;
      await queue.release(claim);
      await this.#requeue(claim);
      return true;
    });
    if (!retried) await this.#settle(claim, 'FAILED', async () => ({ error }));
  }

  /** Gives it back unharmed, as when the executor shuts down. @throws LeaseLost */
  async release(claim: Claim): Promise<void> {
    const { database, queue } = this.services;
    await database.transaction(async () => {
      await queue.release(claim, { refund: true });
      await this.#requeue(claim);
    });
  }

  async #requeue({ subjectId: id }: Claim): Promise<void> {
    await this.services.database.repository(CheckpointMerge).update({ id }, { status: 'QUEUED', executorId: null });
  }

  /** Fails merges whose last allowed attempt was lost. */
  async failExhausted(): Promise<number> {
    const { database, queue } = this.services;
    for (let failed = 0; ; failed++) {
      const found = await database.transaction(async () => {
        const job = await queue.takeExhausted('MERGE');
        if (!job) return false;
        const error = { code: 'EXECUTOR_LOST', message: `the executor stopped answering, ${job.attempt} times` };
        await database
          .repository(CheckpointMerge)
          .update({ id: job.subjectId }, { status: 'FAILED', error, finishedAt: new Date() });
        return true;
      });
      if (!found) return failed;
    }
  }

  /** Ends the merge: the job goes, the status becomes final and what came of it is written, or none of it. */
  async #settle(
    claim: Claim,
    status: 'SUCCEEDED' | 'FAILED',
    write: (merge: CheckpointMerge) => Promise<{ resultId: string } | { error: Failure }>,
  ): Promise<void> {
    const { database, queue } = this.services;
    await database.transaction(async () => {
      const merges = database.repository(CheckpointMerge);
      const already = await this.getOrFail(claim.subjectId);
      if (already.status === status && already.attempts === claim.attempt) return;
      await queue.settle(claim);
      const current = await merges.findOne({
        where: { id: claim.subjectId, attempts: claim.attempt, status: 'RUNNING' },
        lock: { mode: 'pessimistic_write' },
      });
      if (!current) throw new LeaseLost(claim);
      const ended = await actingAs(systemOf(current.projectId), () => write(current));
      await merges.update({ id: current.id }, { status, finishedAt: new Date(), ...ended });
    });
  }

  async get(id: string): Promise<CheckpointMerge | null> {
    return isId(id) ? this.services.database.repository(CheckpointMerge).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<CheckpointMerge> {
    return this.services.database.repository(CheckpointMerge).findOneByOrFail({ id });
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<CheckpointMerge[]> {
    return this.services.database.repository(CheckpointMerge).findBy({ id: In([...ids]) });
  }
}

/** Weights that sum to 1. Divided by the largest first, so that the sum of large ones stays finite. */
function shares(sources: MergeCheckpoints['sources']): MergeSource[] {
  const largest = Math.max(...sources.map(({ weight }) => weight));
  const total = sources.reduce((sum, { weight }) => sum + weight / largest, 0);
  return sources.map(({ checkpointId, weight }) => ({ checkpointId, share: weight / largest / total }));
}
