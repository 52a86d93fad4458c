import { isPassing } from '../../database';
import { isFinal, type RunStatus } from '../run/run-status';
import type { RunEvent } from './run-event.entity';
import type { RunEventLog } from './run-event-log';
import { runEventTypes } from './run-event-types';

/** Newest events kept in memory for followers; whoever falls behind further reads rows again. */
const KEPT = 2_000;
const CHUNK = 500;

/** The newest events of one run, read once for all who follow it in this process. */
export class RunTail {
  readonly #log: RunEventLog;
  readonly #runId: string;
  #events: RunEvent[] = [];
  #newest: number;
  #ended: boolean;
  #refilling: Promise<void> | null = null;
  #again = false;
  #waiters = new Set<() => void>();
  followers = 0;

  constructor(log: RunEventLog, run: { id: string; lastSeq: number; status: RunStatus }) {
    this.#log = log;
    this.#runId = run.id;
    this.#newest = run.lastSeq;
    this.#ended = isFinal(run.status);
  }

  /** Number of the newest event known. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether the newest event known is the run's last. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Events after a number from memory; null when they are not kept any more (or were never read here). */
  since(seq: number): RunEvent[] | null {
    if (seq >= this.#newest) return [];
    const oldest = this.#newest - this.#events.length;
    return seq >= oldest ? this.#events.slice(seq - oldest) : null;
  }

  /** Reads what is new; calls during a read lead to exactly one more. */
  refill(): Promise<void> {
    this.#again = true;
    this.#refilling ??= this.#read().finally(() => {
      this.#refilling = null;
    });
    return this.#refilling;
  }

  async #read(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      let events: RunEvent[];
      try {
        events = await this.#log.read(this.#runId, this.#newest, CHUNK);
      } catch (error) {
        if (isPassing(error)) return; // the next wake-up or poll reads again
        throw error;
      }
      if (events.length === 0) continue;
      if (events.length === CHUNK) this.#again = true;
      const last = events.at(-1)!;
      this.#newest = last.seq;
      this.#ended = runEventTypes[last.type].terminal;
      this.#events = [...this.#events, ...events].slice(-KEPT);
      for (const wake of this.#waiters) wake();
    }
  }

  /** Resolves when something is new, the time is over or the signal fires; true in the first case. */
  changed(since: number, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (this.#newest > since) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = (changed: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#waiters.delete(wake);
        resolve(changed);
      };
      const wake = () => done(true);
      const abort = () => done(false);
      const timer = setTimeout(() => done(false), milliseconds);
      signal.addEventListener('abort', abort);
      this.#waiters.add(wake);
    });
  }
}
