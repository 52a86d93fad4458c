import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';

/** Called with the payload; with null when notifications may have been missed and the tables must be read again. */
export type Listener = (payload: string | null) => void;

/**
 * PostgreSQL's LISTEN over one connection for the whole process, opened by the first subscriber. Only a wake-up: rows
 * are the truth, so a lost notification costs latency, never data.
 */
export class Notifications {
  readonly #config: pg.ClientConfig;
  readonly #listeners = new Map<string, Set<Listener>>();
  #client: pg.Client | null = null;
  #connecting: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  /** Resolves when the channel is listened to; the returned function unsubscribes. */
  async subscribe(channel: string, given: Listener): Promise<() => void> {
    // Called in the subscriber's own context, not in that of whoever happened to open the connection.
    const listener: Listener = AsyncResource.bind(given);
    const listeners = this.#listeners.get(channel) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(channel, listeners);
    await this.#connect();
    // Listening twice is no error, and this way nobody returns before the channel is really heard.
    await this.#client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(() => {});
    return () => listeners.delete(listener);
  }

  /** How many listen to a channel now. */
  listeners(channel: string): number {
    return this.#listeners.get(channel)?.size ?? 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    await this.#connecting;
    await this.#client?.end();
  }

  #connect(): Promise<void> {
    if (this.#client || this.#closed || this.#retry) return Promise.resolve();
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #open(): Promise<void> {
    const client = new pg.Client({ ...this.#config, keepAlive: true });
    let lost = false;
    const again = () => {
      if (lost) return;
      lost = true;
      this.#client = null;
      if (this.#closed) return;
      this.#retry = setTimeout(() => {
        this.#retry = null;
        void this.#connect();
      }, 200);
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(payload ?? '');
    });
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch {
      return again();
    }
    if (lost) return;
    this.#client = client;
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(null);
  }
}
