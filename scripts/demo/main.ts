import { join } from 'node:path';
import { exportCheckpoint } from '../../src/client/export-checkpoint';
import { ClientError, LetheClient } from '../../src/client/lethe-client';
import { follow } from './follow';
import { emptyHome } from './home';
import * as operations from './operations';
import { type DemoOptions, imagesOf, readOptions } from './options';
import { presetFor } from './preset';
import {
  accuracyTable,
  type ClassAccuracy,
  type LineageEdge,
  type LineageNode,
  lineageTree,
  type MadeNode,
} from './report';
import { type ServerProcess, startServerProcess } from './server-process';

/**
 * Makes a small CLIP forget one class of real photographs. Everything goes through the API that any other client has:
 * this program knows nothing of the server but its URL and token.
 */
async function demo(options: DemoOptions): Promise<void> {
  await emptyHome(options.home);
  say(`Making a CLIP forget "${options.class}" with ${options.method}, seed ${options.seed}\n`);
  const server = await startServerProcess(options.home);
  const stop = () => void server.stop().then(() => process.exit(130));
  process.once('SIGINT', stop);
  try {
    await forget(options, server, new LetheClient(server.url, server.token));
  } finally {
    process.off('SIGINT', stop);
    await server.stop();
  }
}

async function forget(options: DemoOptions, server: ServerProcess, client: LetheClient): Promise<void> {
  step('server', `${server.url}, log in ${server.log}`);
  const original = await client.mutate<LineageNode & { architecture: string; parameterCount: number }>(
    operations.importCheckpoint,
    { name: 'demo', source: options.checkpoint },
  );
  step(
    'checkpoint',
    `${original.architecture}, ${original.parameterCount} weights, sha256 ${original.digest.slice(0, 12)}`,
  );

  const register = (part: string) =>
    client.mutate<{ id: string; classes: string[]; sampleCount: number }>(operations.registerDataset, {
      name: part,
      source: imagesOf(options.images, part),
    });
  const unlearn = await register('unlearn');
  const evaluate = await register('evaluate');
  step('images', `${unlearn.sampleCount} to unlearn with, ${evaluate.sampleCount} others to evaluate on`);

  const sets = { forget: { classes: [options.class] }, retain: { exceptClasses: [options.class] } };
  const forgetSet = await client.mutate<{ id: string; sampleCount: number }>(operations.createForgetSet, {
    name: options.class,
    datasetId: unlearn.id,
    selector: sets.forget,
  });
  const retainSet = await client.mutate<{ id: string; sampleCount: number }>(operations.createRetainSet, {
    name: `all but ${options.class}`,
    datasetId: unlearn.id,
    selector: sets.retain,
  });
  step('sets', `${forgetSet.sampleCount} images to forget, ${retainSet.sampleCount} to retain`);

  const run = await client.mutate<{ id: string; parameters: object }>(operations.startRun, {
    checkpointId: original.id,
    method: options.method,
    forgetSetId: forgetSet.id,
    retainSetId: retainSet.id,
    evaluateOnId: evaluate.id,
    seed: options.seed,
    parameters: { ...(await presetFor(client, options.method)), ...options.parameters },
  });
  step('run', `${run.id} ${JSON.stringify(run.parameters)}`);
  await follow(client, run.id);
  await report(options, client, run.id);
}

interface FinishedRun {
  status: string;
  outcome: string | null;
  startedAt: string;
  finishedAt: string;
  error: { code: string; message: string } | null;
  result: LineageNode | null;
  before: { classes: ClassAccuracy[]; chance: number } | null;
  after: { classes: ClassAccuracy[] } | null;
}

async function report(options: DemoOptions, client: LetheClient, id: string): Promise<void> {
  const { run } = await client.request<{ run: FinishedRun }>(operations.finishedRun, { id });
  const { result, before, after } = run;
  if (!result || !before || !after) {
    throw new ClientError(
      run.error?.code ?? run.status,
      `The run ended as ${run.status}: ${run.error?.message ?? 'no reason given'}`,
    );
  }
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  step('done', `in ${seconds.toFixed(0)} s${run.outcome ? `, ${run.outcome}` : ''}\n`);

  say('Zero-shot accuracy with 95 % Wilson intervals, on images that neither training nor unlearning saw');
  say(`(guessing gives ${before.chance.toFixed(2)})\n`);
  say(`${accuracyTable(options.class, before.classes, after.classes)}\n`);

  const { lineage } = await client.request<{ lineage: { nodes: { subject: MadeNode }[]; edges: LineageEdge[] } }>(
    operations.lineage,
    { id: result.id },
  );
  const checkpoints = lineage.nodes.map(({ subject }) => subject);
  say(`Lineage\n${lineageTree(checkpoints, lineage.edges, result.id)}\n`);

  const folder = join(options.home, 'exported', `${options.class}-${options.method}-${options.seed}`);
  await exportCheckpoint(client, result.id, folder);
  say(`Exported to ${folder}`);
  say(`The server's data stays in ${options.home}: \`LETHE_HOME=${options.home} npm start\` serves it again.`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function step(name: string, text: string): void {
  say(`${name.padEnd(11)} ${text}`);
}

demo(readOptions(process.argv)).catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof ClientError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
});
