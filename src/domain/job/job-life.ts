import { type EntityTarget, type FindOptionsWhere, In } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity';
import type { Database } from '../../database';
import { type Claim, LeaseLost, type Queue } from '../../queue';
import { actingAs, systemOf } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import { isId } from '../listing/cursor';
import type { OpenLineageOutbox } from '../open-lineage/open-lineage-outbox';
import { transitions } from '../open-lineage/run-event-message';
import type { Failure } from '../run/run.entity';
import type { JobSubject } from './job-subject';

/** Kinds of jobs that are done in one go, with nothing to go on from. A run is none of them: it has events and snapshots. */
export type ShortJob = 'EVALUATION' | 'MERGE' | 'VERIFICATION';

/** The statuses in which it ends. */
export type Ending = keyof typeof transitions;

/** What every such life needs. */
export interface JobLifeServices {
  database: Database;
  queue: Queue;
  audit: AuditLog;
  openLineage: OpenLineageOutbox;
}

/**
 * The life of what a short job is about, as executors live it: claimed, kept by heartbeats, and settled once. A service whose rows
 * live so extends it.
 */
export abstract class JobLife<T extends JobSubject> {
  protected constructor(
    private readonly owner: JobLifeServices,
    private readonly kind: ShortJob,
    private readonly entity: EntityTarget<T>,
  ) {}

  /** Part of the transaction that claimed the job. */
  async begin(claim: Claim): Promise<T> {
    await this.#change('STARTED', claim.subjectId, {
      status: 'RUNNING',
      attempts: claim.attempt,
      executorId: claim.holder,
      ...this.fresh(),
    });
    if (claim.attempt === 1) await this.owner.openLineage.record('START', claim.subjectId);
    return this.getOrFail(claim.subjectId);
  }

  /** What else an attempt begins with. */
  protected fresh(): Partial<T> {
    return {};
  }

  /** @throws LeaseLost */
  async heartbeat(claim: Claim): Promise<{ cancelRequested: boolean }> {
    await this.owner.queue.heartbeat(claim);
    return { cancelRequested: false };
  }

  /** The attempt failed: another one follows when `retry` and there is one left. @throws LeaseLost */
  async fail(claim: Claim, error: Failure, { retry }: { retry: boolean }): Promise<void> {
    const { database, queue } = this.owner;
    const retried = await database.transaction(async () => {
      if (!retry || !(await queue.hasAttemptLeft(claim))) return false;
      await queue.release(claim);
      await this.requeue(claim);
      return true;
    });
    if (!retried) await this.settle(claim, 'FAILED', async () => ({ error }) as Partial<T>);
  }

  /** Gives it back unharmed, as when the executor shuts down. @throws LeaseLost */
  async release(claim: Claim): Promise<void> {
    const { database, queue } = this.owner;
    await database.transaction(async () => {
      await queue.release(claim, { refund: true });
      await this.requeue(claim);
    });
  }

  /** Fails those whose last allowed attempt was lost. */
  async failExhausted(): Promise<number> {
    const { database, queue } = this.owner;
    for (let failed = 0; ; failed++) {
      const found = await database.transaction(async () => {
        const job = await queue.takeExhausted(this.kind);
        if (!job) return false;
        const error = { code: 'EXECUTOR_LOST', message: `the executor stopped answering, ${job.attempt} times` };
        await this.end(await this.getOrFail(job.subjectId), { status: 'FAILED', error });
        return true;
      });
      if (!found) return failed;
    }
  }

  async get(id: string): Promise<T | null> {
    return isId(id) ? this.owner.database.repository(this.entity).findOneBy(withId<T>(id)) : null;
  }

  async getOrFail(id: string): Promise<T> {
    return this.owner.database.repository(this.entity).findOneByOrFail(withId<T>(id));
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<T[]> {
    return this.owner.database.repository(this.entity).findBy({ id: In([...ids]) } as FindOptionsWhere<T>);
  }

  /**
   * Ends it: the job goes, the status becomes final and what came of it is written, or none of it. The same claim settling
   * twice (its first answer was lost) changes nothing. @throws LeaseLost
   */
  protected async settle(claim: Claim, status: Ending, write: (subject: T) => Promise<Partial<T>>): Promise<void> {
    const { database, queue } = this.owner;
    await database.transaction(async () => {
      const already = await this.getOrFail(claim.subjectId);
      if (already.status === status && already.attempts === claim.attempt) return;
      await queue.settle(claim);
      const current = await this.current(claim);
      const found = await actingAs(systemOf(current.projectId), () => write(current));
      await this.end(current, { status, ...found });
    });
  }

  /** The row, locked, as the claim's own. @throws LeaseLost */
  protected async current(claim: Claim): Promise<T> {
    const found = await this.owner.database.repository(this.entity).findOne({
      where: { id: claim.subjectId, attempts: claim.attempt, status: 'RUNNING' } as FindOptionsWhere<T>,
      lock: { mode: 'pessimistic_write' },
    });
    if (!found) throw new LeaseLost(claim);
    return found;
  }

  /** Gives it a final status. Part of the transaction that takes its job away. */
  protected async end(subject: T, change: Partial<JobSubject> & { status: Ending }): Promise<void> {
    await this.#change(change.status, subject.id, { ...change, finishedAt: new Date() });
    const ended = transitions[change.status];
    await this.owner.openLineage.record(ended, subject.id, change.error?.message ?? null);
  }

  private async requeue({ subjectId }: Claim): Promise<void> {
    await this.#change('REQUEUED', subjectId, { status: 'QUEUED', executorId: null });
  }

  /** Part of the transaction that asked for it. */
  protected async asked(subject: T, action = 'REQUESTED'): Promise<void> {
    await this.#told(action, null, subject);
  }

  /** What the audit log keeps of a row, as digests; nothing personal. */
  protected kept({ status, attempts, error }: T): object {
    return { status, attempts, error: error?.code ?? null };
  }

  async #change(action: string, id: string, change: Partial<JobSubject>): Promise<void> {
    const before = await this.getOrFail(id);
    await this.update(id, change);
    await this.#told(action, before, await this.getOrFail(id));
  }

  async #told(action: string, before: T | null, after: T): Promise<void> {
    await this.owner.audit.record({
      action: `${this.kind}_${action}`,
      subject: { type: this.kind, id: after.id },
      ...(before ? { before: this.kept(before) } : {}),
      after: this.kept(after),
      projectId: after.projectId,
    });
  }

  protected async update(id: string, change: Partial<JobSubject>): Promise<void> {
    // TypeORM cannot see that columns of the base class are columns of every class made of it.
    await this.owner.database.repository(this.entity).update(id, change as QueryDeepPartialEntity<T>);
  }
}

const withId = <T extends JobSubject>(id: string) => ({ id }) as FindOptionsWhere<T>;
