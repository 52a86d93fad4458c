import type { Duplex } from 'node:stream';
import { greeting, notificationChannel, query, queryText, readOpening, splitMessages } from './wire';

/** Runs wire messages on the one session there is and returns everything the session said. */
export type Session = (message: Uint8Array) => Promise<Uint8Array>;

/** After these the client waits for an answer, so everything up to here goes to the session in one piece. */
const endsBatch = new Set(['Q', 'S', 'F', 'H', 'c', 'f']);

const LISTEN = /^\s*(un)?listen\s+"?([\w*]+)"?/i;

interface Connection {
  stream: Duplex;
  unread: Buffer;
  greeted: boolean;
  pending: Buffer[];
  batches: Buffer[];
  channels: Set<string>;
  closed: boolean;
}

/**
 * Lets many clients share PGlite's single session. A client that is inside a transaction keeps the session until the
 * session reports itself idle (`ReadyForQuery I`); the others wait in the order in which they asked.
 *
 * Session state other than transactions is shared by all: use transaction-level advisory locks and `SET LOCAL` only.
 */
export class SessionMultiplexer {
  readonly #session: Session;
  readonly #parameters: Record<string, string>;
  readonly #idleInTransactionMs: number;
  readonly #connections = new Set<Connection>();
  readonly #waiting: Connection[] = [];
  #holder: Connection | null = null;
  #holderTimer: NodeJS.Timeout | null = null;
  #pumping: Promise<void> | null = null;
  #numbers = 0;

  /** @param idleInTransactionMs a silent client may hold a transaction this long, then it is rolled back and dropped */
  constructor(session: Session, parameters: Record<string, string>, idleInTransactionMs = 30_000) {
    this.#session = session;
    this.#parameters = parameters;
    this.#idleInTransactionMs = idleInTransactionMs;
  }

  accept(stream: Duplex): void {
    const connection: Connection = {
      stream,
      unread: Buffer.alloc(0),
      greeted: false,
      pending: [],
      batches: [],
      channels: new Set(),
      closed: false,
    };
    this.#connections.add(connection);
    stream.on('data', (chunk: Buffer) => this.#read(connection, chunk));
    // An error is always followed by a close.
    stream.on('error', () => {});
    stream.on('close', () => {
      connection.closed = true;
      this.#connections.delete(connection);
      this.#pump();
    });
  }

  /** Drops all clients; an unfinished transaction is rolled back. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.stream.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    await this.#pumping;
  }

  #read(connection: Connection, chunk: Buffer): void {
    connection.unread = connection.unread.length === 0 ? chunk : Buffer.concat([connection.unread, chunk]);
    while (!connection.greeted) {
      const { kind, length } = readOpening(connection.unread);
      if (kind === 'incomplete') return;
      connection.unread = connection.unread.subarray(length);
      if (kind === 'encryption') connection.stream.write('N');
      else if (kind === 'other') return void connection.stream.destroy();
      else {
        connection.greeted = true;
        this.#numbers += 1;
        connection.stream.write(greeting(this.#numbers, this.#parameters));
      }
    }
    const { messages, rest } = splitMessages(connection.unread);
    connection.unread = rest;
    for (const { type, bytes } of messages) {
      if (type === 'X') return void connection.stream.end();
      connection.pending.push(bytes);
      if (type === 'Q' && this.#listen(connection, queryText(bytes)) === 'unlisten') {
        // Others may still be listening, so the session keeps the channel and only this client stops hearing it.
        connection.pending.pop();
        connection.pending.push(query(''));
      }
      if (!endsBatch.has(type)) continue;
      connection.batches.push(Buffer.concat(connection.pending));
      connection.pending = [];
      this.#waiting.push(connection);
    }
    this.#pump();
  }

  #listen(connection: Connection, sql: string): 'listen' | 'unlisten' | null {
    const match = LISTEN.exec(sql);
    if (!match) return null;
    const channel = match[2]!;
    if (match[1] === undefined) {
      connection.channels.add(channel);
      return 'listen';
    }
    if (channel === '*') connection.channels.clear();
    else connection.channels.delete(channel);
    return 'unlisten';
  }

  #pump(): void {
    this.#pumping ??= this.#serve().finally(() => {
      this.#pumping = null;
      if (this.#next(false)) this.#pump();
    });
  }

  async #serve(): Promise<void> {
    for (;;) {
      if (this.#holder?.closed) {
        this.#hold(null);
        this.#deliver(null, Buffer.from(await this.#session(query('ROLLBACK'))));
      }
      const connection = this.#next(true);
      if (!connection) return;
      const batch = connection.batches.shift();
      if (!batch || connection.closed) continue;
      this.#hold(connection);
      const status = this.#deliver(connection, Buffer.from(await this.#session(batch)));
      if (status === 'I') this.#hold(null);
      else this.#hold(connection);
    }
  }

  /** Whose turn it is: the holder's, or without one the client that has waited longest. */
  #next(take: boolean): Connection | null {
    const holder = this.#holder;
    if (holder?.closed) return take ? null : holder;
    const index = holder ? this.#waiting.indexOf(holder) : 0;
    const connection = this.#waiting[index];
    if (!connection) return null;
    if (take) this.#waiting.splice(index, 1);
    return connection;
  }

  #hold(connection: Connection | null): void {
    if (this.#holderTimer) clearTimeout(this.#holderTimer);
    this.#holder = connection;
    this.#holderTimer = connection
      ? setTimeout(() => {
          if (this.#pumping === null) connection.stream.destroy();
        }, this.#idleInTransactionMs).unref()
      : null;
  }

  /** Hands the answer to its client and notifications to all who listen; returns the last ReadyForQuery's status. */
  #deliver(to: Connection | null, answer: Buffer): string | null {
    let status: string | null = null;
    const own: Buffer[] = [];
    for (const { type, bytes } of splitMessages(answer).messages) {
      if (type === 'A') {
        const channel = notificationChannel(bytes);
        for (const listener of this.#connections) {
          if (!listener.channels.has(channel)) continue;
          if (listener === to) own.push(bytes);
          else listener.stream.write(bytes);
        }
        continue;
      }
      if (type === 'Z') status = String.fromCharCode(bytes[5]!);
      own.push(bytes);
    }
    if (to && !to.closed && own.length > 0) to.stream.write(Buffer.concat(own));
    return status;
  }
}
