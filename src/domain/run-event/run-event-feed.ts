import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isPassing } from '../../database';
import { isId } from '../listing/cursor';
import { Run } from '../run/run.entity';
import type { RunEvent } from './run-event.entity';
import { type RunEventLog, runEventChannel } from './run-event-log';
import { runEventTypes } from './run-event-types';
import { RunTail } from './run-tail';

/** What a follower is given. */
export type FeedItem =
  | { kind: 'event'; event: RunEvent }
  /** Nothing happened for a while; the connection is alive. */
  | { kind: 'heartbeat'; at: Date }
  /** The follower was too slow for the live feed and is `behind` events back; none is lost, they follow now. */
  | { kind: 'lagged'; behind: number };

export interface FeedTimes {
  heartbeatMs: number;
  /** How often rows are read even without a notification. */
  pollMs: number;
}

/** Rows per read while replaying. */
const CHUNK = 200;

/** Follows runs: all that happened, then what happens, each event once and in order, until the run's last one. */
export class RunEventFeed {
  readonly #tails = new Map<string, RunTail>();
  #subscription: Promise<() => void> | null = null;
  #poll: NodeJS.Timeout | null = null;

  constructor(
    readonly database: Database,
    readonly log: RunEventLog,
    readonly times: FeedTimes = { heartbeatMs: 15_000, pollMs: 2_000 },
  ) {}

  /**
   * A pull generator: it reads only as fast as it is asked, so a slow client costs no memory.
   * Ends after the terminal event, or when the signal fires. An unknown run has no events and ends at once.
   * @param after number of the last event already seen; 0 for none
   */
  async *follow(runId: string, after: number, signal: AbortSignal): AsyncGenerator<FeedItem, void, void> {
    if (!isId(runId)) return;
    const tail = await this.#join(runId);
    if (!tail) return;
    let seq = after;
    let live = false;
    try {
      while (!signal.aborted) {
        let events = tail.since(seq);
        if (events === null) {
          if (live) yield { kind: 'lagged', behind: tail.newest - seq };
          live = false;
          events = await this.#read(runId, seq, signal);
        }
        for (const event of events) {
          yield { kind: 'event', event };
          if (signal.aborted) return;
          seq = event.seq;
          if (runEventTypes[event.type].terminal) return;
        }
        if (seq < tail.newest) continue;
        if (tail.ended) return;
        live = true;
        const changed = await tail.changed(seq, this.times.heartbeatMs, signal);
        if (!changed && !signal.aborted) yield { kind: 'heartbeat', at: new Date() };
      }
    } finally {
      this.#leave(runId, tail);
    }
  }

  async close(): Promise<void> {
    if (this.#poll) clearInterval(this.#poll);
    (await this.#subscription)?.();
  }

  /** Rows while replaying. A database that is restarting costs the follower time, not its subscription. */
  async #read(runId: string, after: number, signal: AbortSignal): Promise<RunEvent[]> {
    for (;;) {
      try {
        return await this.log.read(runId, after, CHUNK);
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (signal.aborted) return [];
        await sleep(200);
      }
    }
  }

  async #join(runId: string): Promise<RunTail | null> {
    // Listening comes before reading: what is written in between wakes us.
    this.#subscription ??= this.database.notifications.subscribe(runEventChannel, (id) => this.#wake(id));
    await this.#subscription;
    let tail = this.#tails.get(runId);
    if (!tail) {
      const run = await this.database.repository(Run).findOne({
        where: { id: runId },
        select: { id: true, lastSeq: true, status: true },
      });
      if (!run) return null;
      tail = this.#tails.get(runId) ?? new RunTail(this.log, run);
      this.#tails.set(runId, tail);
    }
    tail.followers += 1;
    this.#poll ??= setInterval(() => this.#wake(null), this.times.pollMs).unref();
    return tail;
  }

  #leave(runId: string, tail: RunTail): void {
    tail.followers -= 1;
    if (tail.followers > 0) return;
    this.#tails.delete(runId);
    if (this.#tails.size > 0 || !this.#poll) return;
    clearInterval(this.#poll);
    this.#poll = null;
  }

  #wake(runId: string | null): void {
    const tails = runId === null ? [...this.#tails.values()] : [this.#tails.get(runId)];
    for (const tail of tails) tail?.refill().catch((error: Error) => process.emitWarning(error));
  }
}
