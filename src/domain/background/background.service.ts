import type { Database } from '../../database';
import { LeaseLost, type NewJob, type Queue } from '../../queue';
import type { BackgroundWork } from './background-work';

/** Longer than anything that a worker does without a heartbeat. */
const LEASE_SECONDS = 60;

/** Background jobs are tried until they are done: only their pauses grow. */
const FOR_EVER = 2 ** 31 - 1;

/** What became of a job. */
export type Performed = { kind: string; subjectId: string; error?: unknown };

/** A job of a background kind, as it is added or woken. */
export function backgroundJob(job: Pick<NewJob, 'kind' | 'subjectId' | 'priority' | 'runAfter' | 'lane'>): NewJob {
  return { ...job, maxAttempts: FOR_EVER };
}

/** Does the jobs that need no trainer, one at a time, for whichever process asks. */
export class BackgroundService {
  constructor(
    readonly services: { database: Database; queue: Queue },
    /** Every kind of background job and what does it: the one place where they are listed. */
    readonly kinds: Record<string, BackgroundWork>,
  ) {}

  /** Kinds that speak to the world outside, which may be slow, and those that do not and shall not wait for it. */
  get pools(): { outside: string[]; inside: string[] } {
    const kinds = Object.keys(this.kinds);
    const outside = kinds.filter((kind) => this.kinds[kind]!.act);
    return { outside, inside: kinds.filter((kind) => !outside.includes(kind)) };
  }

  /**
   * Does the next job that is due. A failure is told, and the job tried again after a pause.
   * @param worker id of who asks, a UUID
   * @param kinds those to choose from; all when left out
   * @returns null when nothing is due
   */
  async performNext(worker: string, kinds: string[] = Object.keys(this.kinds)): Promise<Performed | null> {
    const { database, queue } = this.services;
    const claim = await database.transaction(() => queue.claim(worker, kinds, [], LEASE_SECONDS));
    if (!claim) return null;
    const { kind, subjectId } = claim;
    const work = this.kinds[kind]!;
    try {
      const found = await work.act?.(subjectId);
      await database.transaction(async () => {
        await queue.lock(claim);
        const again = await work.settle(subjectId, found);
        if (again) await queue.reschedule(claim, again);
        else await queue.settle(claim);
      });
      return { kind, subjectId };
    } catch (error) {
      // Somebody else has it already: then there is nothing to give back.
      if (!(error instanceof LeaseLost)) await queue.retry(claim);
      return { kind, subjectId, error };
    }
  }
}
