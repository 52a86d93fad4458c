import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { SessionMultiplexer } from './session-multiplexer';

/** What the thread is told at birth. */
export interface EmbeddedWorkerData {
  dataFolder: string;
  socket: string;
}

export type EmbeddedWorkerMessage = { ready: true };

/** Thread entry: PGlite behind a unix socket, to which plain `pg` connects as to any PostgreSQL. */
async function serve({ dataFolder, socket }: EmbeddedWorkerData): Promise<void> {
  // Strict durability: an answer leaves only after the write-ahead log was written, so kill -9 loses nothing acknowledged.
  const database = await PGlite.create(dataFolder, { relaxedDurability: false });
  const { rows } = await database.query<{ server_version: string }>('show server_version');
  const multiplexer = new SessionMultiplexer((message) => database.execProtocolRaw(message), {
    server_version: rows[0]!.server_version,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  });
  const server = createServer((stream) => multiplexer.accept(stream));
  await rm(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  parentPort!.postMessage({ ready: true } satisfies EmbeddedWorkerMessage);
  parentPort!.once('message', async () => {
    server.close();
    await multiplexer.close();
    await database.close();
    parentPort!.close();
  });
}

void serve(workerData as EmbeddedWorkerData);
