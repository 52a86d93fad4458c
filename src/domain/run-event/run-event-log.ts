import type { Database } from '../../database';
import { type Claim, LeaseLost } from '../../queue';
import type { RunEvent } from './run-event.entity';
import type { NewRunEvent } from './run-event-types';

/** Channel that wakes followers; the payload is the id of the run. */
export const runEventChannel = 'lethe_run_event';

/** Numbers and stores events, and reads them back. */
export class RunEventLog {
  constructor(readonly database: Database) {}

  /**
   * Appends events. Numbers are taken under the run row's lock and held until commit, so whoever sees event n has
   * every lower one before it. With a claim, only its current attempt may write. @throws LeaseLost
   */
  async append(runId: string, events: NewRunEvent[], claim?: Claim): Promise<void> {
    if (events.length === 0) return;
    await this.database.transaction(async () => {
      const [run] = await this.database.query<{ lastSeq: number }>(
        `UPDATE run SET last_seq = last_seq + $2
         WHERE id = $1 AND ($3::int IS NULL OR (attempts = $3 AND status = 'RUNNING'))
         RETURNING last_seq AS "lastSeq"`,
        [runId, events.length, claim?.attempt ?? null],
      );
      if (!run) {
        if (claim) throw new LeaseLost(claim);
        throw new Error(`internal: events for run ${runId}, which does not exist`);
      }
      await this.database.query(
        `INSERT INTO run_event (run_id, seq, at, type, payload)
         SELECT $1, $2 + ordinality, clock_timestamp(), event->>'type', event->'payload'
         FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS row(event, ordinality)`,
        [runId, run.lastSeq - events.length, JSON.stringify(events)],
      );
      await this.database.notify(runEventChannel, runId);
    });
  }

  /** Events after a number, in order. */
  async read(runId: string, after: number, limit: number): Promise<RunEvent[]> {
    return this.database.query<RunEvent>(
      `SELECT run_id AS "runId", seq, at, type, payload FROM run_event
       WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [runId, after, limit],
    );
  }
}
