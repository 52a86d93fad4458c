import { type Database, isPassing } from '../../database';
import { Bell } from '../bell';
import type { ErasureRequestService } from './erasure-request.service';
import type { RequestChanges } from './request-changes';
import type { RequestEvent } from './request-event.entity';
import { isClosed } from './request-status';

/** Channel that wakes followers of requests; the payload is the request's id. */
export const requestEventChannel = 'lethe_request_event';

const CHUNK = 100;

/**
 * Follows a request: all that happened, then what happens, each event once and in order, until it is closed. A request
 * has tens of events in a month, so each follower reads rows for itself, unlike those of a run.
 */
export class RequestFeed {
  constructor(
    readonly services: { database: Database; requestChanges: RequestChanges; requests: ErasureRequestService },
    /** How often rows are read even without a notification. */
    readonly pollMs = 5_000,
  ) {}

  /** @param after number of the last event already seen; 0 for none */
  async *follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<RequestEvent, void, void> {
    const bell = new Bell();
    // Listening comes before reading: what is written in between wakes us.
    const unsubscribe = await this.services.database.notifications.subscribe(requestEventChannel, (changed) => {
      if (changed === null || changed === id) bell.ring();
    });
    const onAbort = () => bell.ring();
    signal.addEventListener('abort', onAbort);
    try {
      for (let seq = after; !signal.aborted; ) {
        const { events, closed } = await this.#read(id, seq);
        for (const event of events) {
          yield event;
          if (signal.aborted) return;
          seq = event.seq;
        }
        if (events.length > 0) continue;
        if (closed) return;
        await bell.rung(this.pollMs);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
    }
  }

  /** The status is read before the events: whatever closed the request is then among them. */
  async #read(id: string, after: number): Promise<{ events: RequestEvent[]; closed: boolean }> {
    const { requestChanges, requests } = this.services;
    try {
      const request = await requests.get(id);
      return {
        events: await requestChanges.events(id, after, CHUNK),
        closed: request === null || isClosed(request.status),
      };
    } catch (error) {
      // A database that is restarting costs the follower time, not its subscription.
      if (isPassing(error)) return { events: [], closed: false };
      throw error;
    }
  }
}
