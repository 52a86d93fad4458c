import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** How long a query waits for a database that is restarting or changing hands before it fails. */
const PATIENCE_MS = 20_000;

/** No server there, or one that is starting up, shutting down or full: nothing was executed, so asking again is safe. */
const passing = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', '57P01', '57P03', '53300']);

export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  return (code !== undefined && passing.has(code)) || /Connection terminated/.test(error.message);
}

type Done = (error: Error | undefined, client: pg.PoolClient | undefined, release: (gone?: boolean) => void) => void;

/** A pool that outlives its server: handing out a connection waits for the server to come back. */
export class PatientPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(done: Done): void;
  override connect(done?: Done): Promise<pg.PoolClient> | undefined {
    const client = this.#connectPatiently();
    if (!done) return client;
    client.then(
      (connected) => done(undefined, connected, (gone) => connected.release(gone)),
      (error: Error) => done(error, undefined, () => {}),
    );
    return undefined;
  }

  async #connectPatiently(): Promise<pg.PoolClient> {
    const giveUp = Date.now() + PATIENCE_MS;
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      try {
        return await super.connect();
      } catch (error) {
        if (!isPassing(error) || this.ending || Date.now() > giveUp) throw error;
        await sleep(wait);
      }
    }
  }
}

/** `pg` as TypeORM sees it, with the patient pool in the place of the ordinary one. */
export const patientPg: typeof pg = Object.create(pg, { Pool: { value: PatientPool } });
