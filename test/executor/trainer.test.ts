import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoint } from '../../src/clip';
import { scanDataset } from '../../src/data';
import type { Assignment, FromTrainer } from '../../src/trainer/messages';
import { readPluginCode } from '../../src/trainer/plugin/plugin-code';
import { CLASSES, tinyCheckpoint, tinyImages } from '../support/tiny-world';

const TRAINER = join(__dirname, '../../src/trainer/trainer.js');
const PLUGINS = join(__dirname, '../../plugins');

let folder: string;
let base: Omit<Assignment, 'scratch' | 'plugin'>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-trainer-'));
  const checkpoint = await tinyCheckpoint(join(folder, 'checkpoint'));
  const images = await tinyImages(join(folder, 'images'), 12, 7);
  const { samples } = await scanDataset(images);
  const held = await tinyImages(join(folder, 'held'), 6, 8);
  base = {
    parameters: { learningRate: 1e-3, batchSize: 8, epochs: 6 },
    run: 'a-run',
    seed: 3,
    checkpoint,
    sets: {
      forget: { source: images, samples: samples.filter(({ label }) => label === 'dog') },
      retain: { source: images, samples: samples.filter(({ label }) => label !== 'dog') },
    },
    classes: CLASSES,
    forgotten: ['dog'],
    evaluation: {
      source: held,
      samples: (await scanDataset(held)).samples,
      classes: CLASSES,
      templates: ['a {}'],
      metrics: ['ZERO_SHOT'],
      forgetClasses: [],
      groups: [],
    },
    device: 'CPU',
    threads: 1,
    snapshotEveryMs: 0,
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs one attempt; `act` sees each message and may speak to the child or kill it. */
async function attempt(
  name: string,
  change: Partial<Assignment> & { readonly method?: string },
  act: (message: FromTrainer, child: ReturnType<typeof fork>) => void = () => {},
): Promise<{ messages: FromTrainer[]; signal: NodeJS.Signals | null }> {
  const { method = 'clip-erase', ...rest } = change;
  const plugin = join(PLUGINS, method);
  const { digest } = await readPluginCode(plugin);
  const child = fork(TRAINER, { execArgv: [], serialization: 'advanced' });
  const messages: FromTrainer[] = [];
  child.on('message', (message: FromTrainer) => {
    messages.push(message);
    act(message, child);
  });
  const assignment: Assignment = {
    ...base,
    plugin: { folder: plugin, codeDigest: digest, store: join(folder, 'plugins') },
    scratch: await mkdtemp(join(folder, `${name}-`)),
    ...rest,
  };
  child.send({ type: 'run', assignment });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, by) => resolve(by)));
  return { messages, signal };
}

const find = <T extends FromTrainer['type']>(messages: FromTrainer[], type: T) =>
  messages.filter((message) => message.type === type) as Extract<FromTrainer, { type: T }>[];

async function weightsOf(messages: FromTrainer[]): Promise<Map<string, number[]>> {
  const [finished] = find(messages, 'finished');
  if (!finished?.checkpoint) throw new Error(`no result: ${JSON.stringify(messages.at(-1))}`);
  const { weights } = await readCheckpoint(finished.checkpoint);
  return new Map([...weights].map(([name, { data }]) => [name, [...data]]));
}

test('a run reports its environment, every step, both evaluations, and ends with a checkpoint of the same layout', async () => {
  const { messages } = await attempt('whole', {});
  expect(messages[0]).toMatchObject({ type: 'started', environment: { device: 'CPU', threads: 1 }, resumedFrom: null });
  const [stage] = find(messages, 'stage');
  expect(stage).toMatchObject({ stage: 'unlearn', totalSteps: 6 }); // 12 forget images, 30 % held out: one batch of 8 an epoch
  const steps = find(messages, 'metrics')
    .flatMap(({ points }) => points)
    .filter(({ values }) => 'loss' in values);
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(Object.keys(steps[0]!.values).sort()).toEqual(['consistency', 'forgetting', 'loss', 'retention']);
  expect(steps[0]!.values.consistency).toBeCloseTo(0, 5); // at the original weights nothing has drifted
  expect(find(messages, 'evaluated').map(({ role }) => role)).toEqual(['BEFORE', 'AFTER']);
  expect((await weightsOf(messages)).size).toBeGreaterThan(20);
});

test('a killed trainer goes on from its last snapshot and ends with bit-identical weights', async () => {
  const parameters = { learningRate: 1e-3, batchSize: 8, epochs: 60 };
  const undisturbed = await weightsOf((await attempt('undisturbed', { parameters })).messages);
  const killed = await attempt('killed', { parameters }, (message, child) => {
    if (message.type === 'snapshot' && message.position.step > 10) child.kill('SIGKILL');
  });
  expect(killed.signal).toBe('SIGKILL');
  const snapshot = find(killed.messages, 'snapshot').at(-1)!;
  const resumed = await attempt('resumed', { parameters, resumeFrom: snapshot.file });
  expect(resumed.messages[0]).toMatchObject({ resumedFrom: { stage: 'unlearn', step: snapshot.position.step } });
  expect(await weightsOf(resumed.messages)).toEqual(undisturbed);
});

test('a resumed run draws what the undisturbed one would have drawn', async () => {
  const drawn = async ({ messages }: { messages: FromTrainer[] }) =>
    Promise.all(
      find(messages, 'artifact').map(async ({ name, file }) => [name, (await readFile(file)).toString('hex')]),
    );
  const undisturbed = await drawn(await attempt('drawn', { pictures: true }));
  expect(undisturbed.map(([name]) => name)).toEqual(['accuracy-by-class', 'embedding-map', 'heat-maps']);
  const killed = await attempt('killed', {}, (message, child) => {
    if (message.type === 'snapshot') child.kill('SIGKILL');
  });
  const resumed = await attempt('resumed', {
    pictures: true,
    resumeFrom: find(killed.messages, 'snapshot').at(-1)!.file,
  });
  expect(find(resumed.messages, 'evaluated').map(({ role }) => role)).toEqual(['AFTER']);
  expect(await drawn(resumed)).toEqual(undisturbed);
});

test('a run that cannot keep its pictures says so and ends as it would have', async () => {
  const scratch = await mkdtemp(join(folder, 'full-'));
  await writeFile(join(scratch, 'artifacts'), 'in the way');
  const { messages } = await attempt('full', { scratch, pictures: true });
  expect(find(messages, 'log')).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('could not be drawn') }),
  );
  expect(messages.at(-1)).toMatchObject({ type: 'finished', checkpoint: join(scratch, 'checkpoint') });
});

test('the seed decides the run', async () => {
  const [a, b, c] = await Promise.all([attempt('a', {}), attempt('b', {}), attempt('c', { seed: 4 })]);
  expect(await weightsOf(a.messages)).toEqual(await weightsOf(b.messages));
  expect(await weightsOf(a.messages)).not.toEqual(await weightsOf(c.messages));
});

test('a run is cancelled between two steps', async () => {
  let asked = 0;
  const { messages } = await attempt('cancelled', { parameters: { epochs: 1000, batchSize: 8 } }, (message, child) => {
    if (message.type !== 'progress' || asked > 0) return;
    asked = performance.now();
    child.send({ type: 'cancel' });
  });
  expect(performance.now() - asked).toBeLessThan(2000);
  expect(messages.at(-1)).toEqual({ type: 'cancelled' });
});

test('a diverging loss names the step and the term', async () => {
  const { messages } = await attempt('diverged', {
    parameters: { learningRate: 1, epochs: 500, batchSize: 8, validation: 0 },
  });
  expect(messages.at(-1)).toMatchObject({ type: 'failed', code: 'DIVERGED' });
  expect(messages.at(-1)).toHaveProperty('message', expect.stringMatching(/at step \d+: the term "\w+" is /));
});

test('weights that a method does not train stay bit-identical', async () => {
  const { messages } = await attempt('fine-tune', { method: 'fine-tune', parameters: { preset: 'small', epochs: 3 } });
  const after = await weightsOf(messages);
  const { weights: before } = await readCheckpoint(base.checkpoint);
  const moved = [...before]
    .filter(([name, { data }]) => String(after.get(name)) !== String([...data]))
    .map(([name]) => name);
  expect(moved.length).toBeGreaterThan(10);
  expect(moved.every((name) => name.startsWith('visual.'))).toBe(true);
});

test('a damaged snapshot is noticed and the run starts over', async () => {
  const { messages } = await attempt('damaged', { resumeFrom: join(PLUGINS, 'clip-erase/index.js') });
  expect(find(messages, 'log')[0]?.message).toMatch(/not whole/);
  expect(messages.at(-1)).toMatchObject({ type: 'finished' });
});

test('a parameter out of range is refused', async () => {
  const { messages } = await attempt('refused', { parameters: { lambda1: -1, gamma: 2 } });
  expect(messages.at(-1)).toMatchObject({ type: 'failed', code: 'REFUSED' });
  expect(messages.at(-1)).toHaveProperty('message', expect.stringContaining('parameters.lambda1 must be at least 0'));
});
