import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { ClientError, type LetheClient } from '../src/client/lethe-client';
import { freshDatabase } from '../test/support/tiny-service';
import { trainersOf } from './survive/lethe-process';
import { type RunStory, readStory, wrongWith } from './survive/run-check';
import { openScene, type Scene } from './survive/scene';

/**
 * Kills trainer, executor and server with SIGKILL at random moments of runs and shows that every run ends exactly once,
 * that none is lost, and that each ends with the weights of a run that nobody disturbed.
 */
const victims = ['trainer', 'executor', 'server'] as const;
type Victim = (typeof victims)[number];

const options = new Command('survive')
  .option('--kills <n>', 'kills of each victim', '20')
  .option('--victims <list>', 'of trainer, executor, server', victims.join(','))
  .option(
    '--databases <list>',
    'of embedded, postgres (which needs TEST_DATABASE_URL)',
    process.env.TEST_DATABASE_URL ? 'embedded,postgres' : 'embedded',
  )
  .option('--lease <seconds>', 'longer than a busy machine leaves a process waiting', '5')
  .option('--epochs <n>', 'length of a run', '20')
  .parse()
  .opts<{ kills: string; victims: string; databases: string; epochs: string; lease: string }>();

/** Repeats a request until a server answers it: between a kill and the restart there is none. */
async function patiently<T>(request: () => Promise<T>): Promise<T> {
  for (const giveUp = Date.now() + 120_000; ; await sleep(100)) {
    try {
      return await request();
    } catch (error) {
      const passing =
        error instanceof ClientError
          ? error.code === 'NO_SERVER' || error.code === 'HTTP_ERROR'
          : error instanceof TypeError;
      if (!passing || Date.now() > giveUp) throw error;
    }
  }
}

/** Asks for a run. The key makes repeating safe: a server killed before its answer arrived must not start two. */
async function startRun({ client, request }: Scene): Promise<string> {
  const idempotencyKey = randomUUID();
  const text = `mutation ($input: StartRunInput!) {
    startRun(input: $input) { ... on UnlearningRun { id } ... on UserError { code message } } }`;
  return (await patiently(() => client.mutate<{ id: string }>(text, { ...request, idempotencyKey }))).id;
}

async function ended(client: LetheClient, id: string): Promise<RunStory> {
  for (const giveUp = Date.now() + 180_000; ; await sleep(200)) {
    const { run } = await patiently(() =>
      client.request<{ run: { status: string } }>('query ($id: ID!) { run(id: $id) { status } }', { id }),
    );
    if (!['QUEUED', 'RUNNING'].includes(run.status) || Date.now() > giveUp)
      return patiently(() => readStory(client, id));
  }
}

/** Kills the victim at a random moment of a run that takes about `duration` ms; false when it came too late. */
async function strike(victim: Victim, { server, executor }: Scene, duration: number): Promise<boolean> {
  if (victim === 'trainer') {
    let trainers: number[] = [];
    for (const giveUp = Date.now() + 30_000; trainers.length === 0 && Date.now() < giveUp; await sleep(10)) {
      trainers = await trainersOf(executor.pid);
    }
    await sleep(Math.random() * duration * 0.9);
    try {
      process.kill(trainers[0]!, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  }
  await sleep(Math.random() * duration);
  const struck = victim === 'server' ? server : executor;
  await struck.kill();
  await struck.start();
  return true;
}

async function prove(database: 'embedded' | 'postgres', victim: Victim): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-survive-'));
  const fresh = await freshDatabase(database);
  const scene = await openScene(folder, fresh.url, Number(options.epochs), options.lease);
  const wrong: string[] = [];
  try {
    const began = Date.now();
    const undisturbed = await ended(scene.client, await startRun(scene));
    const duration = Date.now() - began;
    if (undisturbed.status !== 'SUCCEEDED')
      throw new Error(`the undisturbed run is ${undisturbed.status}: ${undisturbed.error?.message}`);
    let kills = 0;
    let runs = 1;
    let retried = 0;
    for (; kills < Number(options.kills); runs++) {
      const starting = startRun(scene);
      // The server may be struck while it is being asked.
      if (victim !== 'server') await starting;
      if (await strike(victim, scene, duration)) kills++;
      const story = await ended(scene.client, await starting);
      if (story.attempts > 1) retried++;
      const problems = wrongWith(story, undisturbed.digest!);
      wrong.push(...problems.map((problem) => `${database}, ${victim}, run ${story.id}: ${problem}`));
      process.stderr.write(
        `${database} ${victim} ${kills}/${options.kills}: ${problems.join('; ') || `${story.attempts} attempt(s), as undisturbed`}\n`,
      );
    }
    const { runs: all } = await scene.client.request<{ runs: { totalCount: number } }>(
      '{ runs(first: 1) { totalCount } }',
    );
    if (Number(all.totalCount) !== runs)
      wrong.push(`${database}, ${victim}: ${all.totalCount} runs exist, ${runs} were started`);
    console.log(
      `| ${database} | ${victim} | ${kills} | ${runs} | ${retried} | ${(duration / 1000).toFixed(1)} s | ${wrong.length === 0 ? 'all ended once, weights identical' : `${wrong.length} WRONG`} |`,
    );
  } finally {
    await scene.executor.stop();
    await scene.server.stop();
    await fresh.drop();
  }
  if (wrong.length === 0) await rm(folder, { recursive: true, force: true });
  else wrong.push(`logs in ${folder}`);
  return wrong;
}

async function main(): Promise<void> {
  // Leave no process behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.setMaxListeners(0);
  console.log('| database | killed | kills | runs | runs with another attempt | undisturbed run | result |');
  console.log('|---|---|---:|---:|---:|---:|---|');
  const wrong: string[] = [];
  for (const database of options.databases.split(',') as ('embedded' | 'postgres')[]) {
    for (const victim of options.victims.split(',') as Victim[]) wrong.push(...(await prove(database, victim)));
  }
  for (const each of wrong) console.error(each);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

void main();
