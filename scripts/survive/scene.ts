import { createServer } from 'node:net';
import { join } from 'node:path';
import { LetheClient } from '../../src/client/lethe-client';
import { tinyCheckpoint, tinyImages } from '../../test/support/tiny-world';
import { LetheProcess } from './lethe-process';

const TOKEN = 'a-token-for-this-proof-alone';

/** A server and an executor in processes of their own, on one database, with a tiny world to work on. */
export interface Scene {
  client: LetheClient;
  server: LetheProcess;
  executor: LetheProcess;
  /** What `startRun` is asked, again and again. */
  request: Record<string, unknown>;
}

/** @param databaseUrl absent for the embedded database, which both processes then share */
export async function openScene(
  folder: string,
  databaseUrl: string | undefined,
  epochs: number,
  leaseSeconds: string,
): Promise<Scene> {
  const port = await freePort();
  const environment: Record<string, string> = {
    LETHE_HOME: join(folder, 'home'),
    LETHE_PORT: String(port),
    LETHE_TOKEN: TOKEN,
    LETHE_LOG_LEVEL: 'warn',
    LETHE_LEASE_SECONDS: leaseSeconds,
    LETHE_SNAPSHOT_SECONDS: '0.2',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  };
  const server = new LetheProcess('server', environment, folder);
  const executor = new LetheProcess('executor', environment, folder);
  await server.start();
  await executor.start();
  const client = new LetheClient(`http://127.0.0.1:${port}`, TOKEN);
  return { client, server, executor, request: await register(client, folder, epochs) };
}

async function register(client: LetheClient, folder: string, epochs: number): Promise<Record<string, unknown>> {
  const made = async (mutation: string, type: string, input: Record<string, unknown>): Promise<string> => {
    const text = `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) {
      ${mutation}(input: $input) { ... on ${type} { id } ... on UserError { code message } } }`;
    return (await client.mutate<{ id: string }>(text, input)).id;
  };
  const checkpointId = await made('importCheckpoint', 'Checkpoint', {
    name: 'tiny',
    source: await tinyCheckpoint(join(folder, 'checkpoint')),
  });
  const datasetId = await made('registerDataset', 'Dataset', {
    name: 'images',
    source: await tinyImages(join(folder, 'images'), 24, 7),
  });
  const evaluateOnId = await made('registerDataset', 'Dataset', {
    name: 'held out',
    source: await tinyImages(join(folder, 'held'), 6, 8),
  });
  const forgetSetId = await made('createForgetSet', 'SampleSet', { name: 'dogs', datasetId, classes: ['dog'] });
  const selector = { exceptClasses: ['dog'] };
  const retainSetId = await made('createRetainSet', 'SampleSet', { name: 'others', datasetId, selector });
  const parameters = { learningRate: 1e-4, batchSize: 8, epochs };
  return {
    checkpointId,
    method: 'clip-erase',
    forgetSetId,
    retainSetId,
    evaluateOnId,
    parameters,
    seed: 3,
    maxAttempts: 20,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
