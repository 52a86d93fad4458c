import type { Database } from '../database';
import { pauseAfter } from './backoff';
import { type Clock, systemClock } from './clock';
import { Job } from './job.entity';
import { WakeUp } from './wake-up.entity';

/** Channel that wakes waiting executors; the payload is the kind of the job. */
export const jobChannel = 'lethe_job';

export interface NewJob {
  kind: string;
  subjectId: string;
  priority?: number;
  needs?: string[];
  /** How many holders may be lost or fail before the job counts as exhausted. */
  maxAttempts?: number;
  /** Not to be claimed before; at once when left out. */
  runAfter?: Date | null;
  /** While a job of the same lane is held, it is not claimed. */
  lane?: string | null;
}

/** The right to work on a job, until somebody else claims it. */
export interface Claim {
  jobId: number;
  kind: string;
  subjectId: string;
  /** Fencing token: it grows with each claim, and a write that carries an old one is refused. */
  attempt: number;
  holder: string;
  leaseSeconds: number;
  /** How often it failed in a row before this claim. */
  failures: number;
}

/** Thrown into a holder that has lost its job: stop, write nothing more. */
export class LeaseLost extends Error {
  readonly code = 'LEASE_LOST';
  constructor(readonly claim: Claim) {
    super(`attempt ${claim.attempt} of ${claim.kind} ${claim.subjectId} is no longer the current one`);
  }
}

/** Nobody holds it, or its holder has been silent longer than it promised. Judged by the database's clock alone. */
const free = (job: string) =>
  `(${job}.holder IS NULL OR ${job}.heartbeat_at + ${job}.lease_seconds * interval '1 second' < clock_timestamp())`;
const FREE = free('job');

/**
 * Jobs as leased rows. A job is added in the transaction that creates what it is about and removed in the one that
 * settles it, so neither can exist without the other; between the two, whoever holds it must send heartbeats.
 * Why not pg-boss: docs/decisions/0002-leases-instead-of-pg-boss.md.
 */
export class Queue {
  readonly #database: Database;

  /** @param clock says whether a delayed job may go; leases are judged by the database's own clock */
  constructor(
    database: Database,
    readonly clock: Clock = systemClock,
  ) {
    this.#database = database;
  }

  /** Part of the caller's transaction. */
  async enqueue(job: NewJob): Promise<void> {
    const { kind, subjectId, priority = 0, needs = [], maxAttempts = 5, runAfter = null, lane = null } = job;
    await this.#database.repository(Job).insert({ kind, subjectId, priority, needs, maxAttempts, runAfter, lane });
    await this.#database.notify(jobChannel, kind);
  }

  /**
   * The most urgent job that is free and needs nothing else than `offers`, or null. Call it inside a transaction that
   * also writes down what the claim means, so that a crash in between leaves the job free.
   */
  async claim(holder: string, kinds: string[], offers: string[], leaseSeconds: number): Promise<Claim | null> {
    await this.#readWakeUps(kinds);
    // Of two that claim at once, the second is to see which lane the first one took.
    await this.#database.query(
      `SELECT pg_advisory_xact_lock(hashtext('lanes'))
       WHERE EXISTS (SELECT FROM job WHERE lane IS NOT NULL AND kind = ANY($1))`,
      [kinds],
    );
    const [job] = await this.#database.query<Omit<Claim, 'leaseSeconds' | 'holder'>>(
      `UPDATE job SET attempt = attempt + 1, holder = $1, heartbeat_at = clock_timestamp(), lease_seconds = $4
       WHERE id = (
         SELECT id FROM job
         WHERE kind = ANY($2) AND needs <@ $3::text[] AND ${FREE}
           AND attempt < max_attempts AND (run_after IS NULL OR run_after <= $5)
           AND NOT EXISTS (SELECT FROM job AS other WHERE other.lane = job.lane AND NOT ${free('other')})
         ORDER BY priority DESC, id
         FOR UPDATE SKIP LOCKED LIMIT 1)
       RETURNING id AS "jobId", kind, subject_id AS "subjectId", attempt, failures`,
      [holder, kinds, offers, leaseSeconds, this.clock()],
    );
    return job ? { ...job, holder, leaseSeconds } : null;
  }

  /** Says that the holder is alive. @throws LeaseLost */
  async heartbeat(claim: Claim): Promise<void> {
    const rows = await this.#database.query(
      'UPDATE job SET heartbeat_at = clock_timestamp() WHERE id = $1 AND attempt = $2 AND holder = $3 RETURNING id',
      [claim.jobId, claim.attempt, claim.holder],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /** Keeps the job from everybody else until the transaction ends. @throws LeaseLost */
  async lock(claim: Claim): Promise<void> {
    const rows = await this.#database.query(
      'SELECT id FROM job WHERE id = $1 AND attempt = $2 AND holder = $3 FOR UPDATE',
      [claim.jobId, claim.attempt, claim.holder],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /** Gives a job back that went well and has more to do at a later time. @throws LeaseLost */
  async reschedule(claim: Claim, runAfter: Date): Promise<void> {
    await this.#giveBack(claim, runAfter, 0);
  }

  /** Gives a job back that failed: it is tried again after a pause that grows with its failures. @throws LeaseLost */
  async retry(claim: Claim): Promise<void> {
    const failures = claim.failures + 1;
    await this.#giveBack(claim, new Date(this.clock().getTime() + pauseAfter(failures)), failures);
  }

  async #giveBack(claim: Claim, runAfter: Date, failures: number): Promise<void> {
    const rows = await this.#database.query(
      `UPDATE job SET holder = NULL, heartbeat_at = NULL, run_after = $4, failures = $5
       WHERE id = $1 AND attempt = $2 AND holder = $3 RETURNING id`,
      [claim.jobId, claim.attempt, claim.holder, runAfter, failures],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /**
   * Lets a delayed job go at once, and adds it where there is none: it is done once more after the caller's transaction, whose part
   * this is. It waits for nobody, because its caller may hold what the job's holder waits for. Where somebody else has the job's
   * row, who may have read already what the caller changes, or where there is none, it leaves a note for the next claim.
   */
  async wake(job: Pick<NewJob, 'kind' | 'subjectId' | 'maxAttempts' | 'lane'>): Promise<void> {
    const { kind, subjectId, maxAttempts = 5, lane = null } = job;
    const woken = await this.#database.query(
      `UPDATE job SET run_after = NULL WHERE id = (
         SELECT id FROM job WHERE kind = $1 AND subject_id = $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [kind, subjectId],
    );
    if (woken.length === 0) await this.#database.repository(WakeUp).insert({ kind, subjectId, maxAttempts, lane });
    await this.#database.notify(jobChannel, kind);
  }

  /** Lets go the jobs that notes are about, and adds them. One that is held keeps its notes until it is given back. */
  async #readWakeUps(kinds: string[]): Promise<void> {
    await this.#database.query(
      `WITH woken AS (
         DELETE FROM wake_up WHERE id IN (
           SELECT id FROM wake_up WHERE kind = ANY($1) AND NOT EXISTS (
             SELECT FROM job WHERE job.kind = wake_up.kind AND job.subject_id = wake_up.subject_id AND NOT ${FREE})
           FOR UPDATE SKIP LOCKED)
         RETURNING kind, subject_id, max_attempts, lane)
       INSERT INTO job (kind, subject_id, priority, needs, max_attempts, lane)
       SELECT DISTINCT ON (kind, subject_id) kind, subject_id, 0, '{}'::text[], max_attempts, lane FROM woken
       ORDER BY kind, subject_id -- everybody in one order, so that nobody waits in a circle
       ON CONFLICT (kind, subject_id) DO UPDATE SET run_after = NULL`,
      [kinds],
    );
  }

  /** Removes a finished job; part of the transaction that settles its subject. @throws LeaseLost */
  async settle(claim: Claim): Promise<void> {
    const rows = await this.#database.query(
      'DELETE FROM job WHERE id = $1 AND attempt = $2 AND holder = $3 RETURNING id',
      [claim.jobId, claim.attempt, claim.holder],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /** Whether the job may be claimed again after this. Locks it until the transaction ends. @throws LeaseLost */
  async hasAttemptLeft(claim: Claim): Promise<boolean> {
    const [job] = await this.#database.query<{ left: boolean }>(
      `SELECT attempt < max_attempts AS left FROM job WHERE id = $1 AND attempt = $2 AND holder = $3 FOR UPDATE`,
      [claim.jobId, claim.attempt, claim.holder],
    );
    if (!job) throw new LeaseLost(claim);
    return job.left;
  }

  /** Gives a job back. With `refund` the attempt does not count, as when an executor shuts down. @throws LeaseLost */
  async release(claim: Claim, { refund = false } = {}): Promise<void> {
    const rows = await this.#database.query(
      `UPDATE job SET holder = NULL, heartbeat_at = NULL, max_attempts = max_attempts + $4
       WHERE id = $1 AND attempt = $2 AND holder = $3 RETURNING id`,
      [claim.jobId, claim.attempt, claim.holder, refund ? 1 : 0],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
    await this.#database.notify(jobChannel, claim.kind);
  }

  /** Removes the job of a subject, whoever holds it; false when there was none. */
  async remove(kind: string, subjectId: string): Promise<boolean> {
    const rows = await this.#database.query('DELETE FROM job WHERE kind = $1 AND subject_id = $2 RETURNING id', [
      kind,
      subjectId,
    ]);
    return rows.length > 0;
  }

  /** Takes one job out whose last allowed holder was lost: its subject must now be failed, in the same transaction. */
  async takeExhausted(kind: string): Promise<{ subjectId: string; attempt: number } | null> {
    const [job] = await this.#database.query<{ subjectId: string; attempt: number }>(
      `DELETE FROM job WHERE id = (
         SELECT id FROM job WHERE kind = $1 AND attempt >= max_attempts AND ${FREE}
         ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
       RETURNING subject_id AS "subjectId", attempt`,
      [kind],
    );
    return job ?? null;
  }

  /** Jobs nobody holds. */
  async waiting(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>(`SELECT count(*) AS count FROM job WHERE ${FREE}`);
    return row!.count;
  }
}
