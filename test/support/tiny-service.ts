import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { type Config, readConfig } from '../../src/config';
import { type Domain, Refusal, type Run, type StartRun } from '../../src/domain';
import { type ExecutorOptions, type RunningExecutor, startExecutor } from '../../src/executor';
import { openDomain } from '../../src/open-domain';
import { closedLastly, lastly } from './lastly';
import { tinyCheckpoint, tinyImages } from './tiny-world';

/** The databases that are at hand: the embedded one, and PostgreSQL where TEST_DATABASE_URL names a server. */
export const DATABASES: readonly ('embedded' | 'postgres')[] = process.env.TEST_DATABASE_URL
  ? ['embedded', 'postgres']
  : ['embedded'];

/** A domain of its own in a folder, with a tiny checkpoint, images and sets registered. */
export interface TinyService {
  readonly domain: Domain;
  readonly config: Config;
  start(run?: Partial<StartRun>): Promise<Run>;
  executor(options?: Partial<ExecutorOptions>): Promise<RunningExecutor>;
  /** The run once it has ended. */
  ended(id: string): Promise<Run>;
  close(): Promise<void>;
}

/** A fresh database on the test server, and how to drop it; nothing for the embedded one. */
export async function freshDatabase(kind: 'embedded' | 'postgres'): Promise<{ url?: string; drop(): Promise<void> }> {
  if (kind === 'embedded') return { drop: async () => {} };
  const name = `lethe_test_${randomUUID().replaceAll('-', '')}`;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(process.env.TEST_DATABASE_URL!);
  url.pathname = `/${name}`;
  return { url: url.href, drop: lastly(() => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)) };
}

export async function tinyService(folder: string, kind: 'embedded' | 'postgres'): Promise<TinyService> {
  const database = await freshDatabase(kind);
  const config = readConfig({
    LETHE_HOME: join(folder, 'home'),
    DATABASE_URL: database.url,
    LETHE_LOG_LEVEL: 'silent',
  });
  const domain = closedLastly(await openDomain(config));
  const inputs = await tinyInputs(domain, folder);
  const executors: RunningExecutor[] = [];
  return {
    domain,
    config,
    start: async (run = {}) => got(await domain.runs.start({ ...inputs, ...run })),
    async executor(options = {}) {
      const executor = await startExecutor({
        domain,
        log: pino({ level: 'silent' }),
        home: config.home,
        version: 'test',
        threads: 1,
        snapshotEveryMs: 100,
        pollMs: 200,
        ...options,
      });
      executors.push(executor);
      return executor;
    },
    ended: (id) => ended(domain, id),
    close: lastly(async () => {
      for (const executor of executors) await executor.stop();
      await domain.close();
      await database.drop();
    }),
  };
}

/** Registers the tiny world, and answers what a run on it needs. */
export async function tinyInputs(domain: Domain, folder: string): Promise<StartRun> {
  const source = await tinyCheckpoint(join(folder, 'tiny'));
  const checkpoint = got(await domain.checkpoints.import({ name: 'tiny', source }));
  const images = await tinyImages(join(folder, 'images'), 12, 7);
  const dataset = got(await domain.datasets.register({ name: 'images', source: images }));
  const held = await tinyImages(join(folder, 'held'), 6, 8);
  const evaluateOn = got(await domain.datasets.register({ name: 'held', source: held }));
  const set = (kind: 'FORGET' | 'RETAIN', selector: { classes?: string[]; exceptClasses?: string[] }) =>
    domain.sets.create({ kind, name: kind === 'FORGET' ? 'dogs' : 'others', datasetId: dataset.id, selector });
  return {
    checkpointId: checkpoint.id,
    method: 'clip-erase',
    forgetSetId: got(await set('FORGET', { classes: ['dog'] })).id,
    retainSetId: got(await set('RETAIN', { exceptClasses: ['dog'] })).id,
    evaluateOnId: evaluateOn.id,
    parameters: { learningRate: 1e-3, batchSize: 8, epochs: 6 },
    seed: 3,
    // Seconds that most tests have no use for.
    pictures: false,
  };
}

export function got<T>(answer: T | Refusal): T {
  if (answer instanceof Refusal) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

export async function ended(domain: Domain, id: string): Promise<Run> {
  for await (const item of domain.feed.follow(id, 0, new AbortController().signal)) void item;
  return (await domain.runs.get(id))!;
}
