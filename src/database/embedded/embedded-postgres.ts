import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { OwnerLock } from './owner-lock';
import type { EmbeddedWorkerData, EmbeddedWorkerMessage } from './postgres-worker';

const PORT = 5432;
/** How long another process may take to start the database before we stop believing in it. */
const PATIENCE_MS = 180_000;
/** A unix socket's path has room for about 104 bytes (macOS) to 108 (Linux). */
const LONGEST_SOCKET_PATH = 100;

/**
 * PostgreSQL inside this process, or the way to it when another process of this machine already runs it on the same
 * folder. The first process to come owns the database and serves the others over a unix socket; when the owner goes,
 * even by kill -9, one of the others takes over, and PostgreSQL's write-ahead log brings back all that was acknowledged.
 */
export class EmbeddedPostgres {
  readonly #folder: string;
  readonly socketFolder: string;
  #lock: OwnerLock | null = null;
  #worker: Worker | null = null;
  #watch: Socket | null = null;
  #closing = false;

  private constructor(folder: string, socketFolder: string) {
    this.#folder = folder;
    this.socketFolder = socketFolder;
  }

  /** @param folder where the database lives; made when missing */
  static async open(folder: string): Promise<EmbeddedPostgres> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const home = await realpath(folder);
    const embedded = new EmbeddedPostgres(home, await socketFolderOf(home));
    await embedded.#attach();
    return embedded;
  }

  /** Options for `pg` (a host that is a folder means a unix socket in it). */
  get connection() {
    return { host: this.socketFolder, port: PORT, username: 'postgres', database: 'postgres' };
  }

  /** Whether the database runs in this process. */
  get owner(): boolean {
    return this.#worker !== null;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#watch?.destroy();
    const worker = this.#worker;
    if (worker) {
      const gone = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('close');
      await gone;
    }
    await this.#lock?.release();
  }

  /** Own the database or reach its owner, whichever comes first. */
  async #attach(): Promise<void> {
    const giveUp = Date.now() + PATIENCE_MS;
    while (!this.#closing) {
      this.#lock = await OwnerLock.tryAcquire(join(this.#folder, 'owner'));
      if (this.#lock) return this.#start();
      if (await this.#follow()) return;
      if (Date.now() > giveUp)
        throw new Error(`the embedded database in ${this.#folder} is held by a process that does not answer`);
      await sleep(20 + Math.random() * 100);
    }
  }

  async #start(): Promise<void> {
    const data: EmbeddedWorkerData = {
      dataFolder: join(this.#folder, 'data'),
      socket: join(this.socketFolder, `.s.PGSQL.${PORT}`),
    };
    const worker = new Worker(join(__dirname, 'postgres-worker.js'), { workerData: data });
    try {
      await new Promise<void>((resolve, reject) => {
        worker.once('message', (_: EmbeddedWorkerMessage) => resolve());
        worker.once('error', reject);
        worker.once('exit', (code) => reject(new Error(`the embedded database ended while starting (exit ${code})`)));
      });
    } catch (error) {
      await this.#lock?.release();
      throw error;
    }
    this.#worker = worker;
    worker.on('error', (error) => process.emitWarning(`embedded database: ${error.message}; starting it again`));
    worker.once('exit', async () => {
      this.#worker = null;
      if (this.#closing) return;
      await this.#lock?.release();
      this.#attach().catch((error) => process.emitWarning(error));
    });
  }

  /** Holds a connection to the owner, only to hear when it goes. */
  #follow(): Promise<boolean> {
    return new Promise((resolve) => {
      const watch = connect(join(this.socketFolder, `.s.PGSQL.${PORT}`));
      watch.unref();
      watch.once('connect', () => {
        this.#watch = watch;
        resolve(true);
      });
      watch.on('error', () => {});
      watch.once('close', () => {
        resolve(false);
        if (this.#watch !== watch || this.#closing) return;
        this.#watch = null;
        this.#attach().catch((error) => process.emitWarning(error));
      });
    });
  }
}

async function socketFolderOf(home: string): Promise<string> {
  if (Buffer.byteLength(join(home, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET_PATH) return home;
  const short = join(tmpdir(), `lethe-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
  await mkdir(short, { recursive: true, mode: 0o700 });
  return short;
}
