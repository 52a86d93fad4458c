import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainersOf } from '../../scripts/survive/lethe-process';
import type { Run, RunEvent, RunEventPayloads, RunEventType } from '../../src/domain';
import { DATABASES, type TinyService, tinyService } from '../support/tiny-service';

/** Two steps an epoch: long enough for several snapshots in each stage, short enough for a test. */
const RUN = { method: 'two-stages', parameters: { forgetEpochs: 30, repairEpochs: 150 } };

/** Names its only stage after its process, so that a retry does not find the stage it had finished. */
const FICKLE = `const { defineMethod } = require('lethe/method');
  exports.default = defineMethod({
    name: 'fickle', version: '1.0.0', title: 'fickle', description: 'fickle', paper: { title: 'none', url: 'https://example.org' },
    sets: ['forget'], params: {}, stages: ['only'],
    run: async ({ assign }) => {
      await assign('stage of ' + process.pid, (name, weight) => weight);
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    },
  });`;

describe.each(DATABASES)('a method of several stages on the %s database', (kind) => {
  let folder: string;
  let service: TinyService;
  let undisturbed: Run;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-stages-'));
    await mkdir(join(folder, 'fickle'));
    await writeFile(join(folder, 'fickle/index.js'), FICKLE);
    service = await tinyService(folder, kind);
    await service.executor({ pluginFolders: [join(__dirname, '../plugins'), join(folder, 'fickle')] });
    undisturbed = await service.ended((await service.start(RUN)).id);
  }, 180_000);

  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  const events = (id: string): Promise<RunEvent[]> => service.domain.events.read(id, 0, 100_000);

  async function filesOf({ resultId }: Run): Promise<string[]> {
    const { files } = await service.domain.checkpoints.getOrFail(resultId!);
    return files.map(({ path, digest }) => `${digest}  ${path}`);
  }

  /** What the events of one type carry. */
  const carried = <T extends RunEventType>(story: readonly RunEvent[], type: T) =>
    story.filter((event) => event.type === type).map(({ payload }) => payload as RunEventPayloads[T]);

  /** Kills the run's trainer once it has a snapshot of a stage. */
  async function killIn(id: string, stage: RegExp): Promise<void> {
    while (!carried(await events(id), 'SNAPSHOT').some((snapshot) => stage.test(snapshot.stage)))
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const pid of await trainersOf(process.pid)) process.kill(pid, 'SIGKILL');
  }

  test('passes its stages in order, and its own words are the outcome', async () => {
    expect(undisturbed).toMatchObject({ status: 'SUCCEEDED', error: null, attempts: 1, progress: { fraction: 1 } });
    expect(undisturbed.outcome).toMatch(/^forgot in 60 steps \([\d.]+, [\d.]+\), repaired in 300$/);
    const story = await events(undisturbed.id);
    expect(carried(story, 'STAGE')).toEqual([
      { stage: 'forget', totalSteps: 60 },
      { stage: 'look', totalSteps: 1 },
      { stage: 'soften', totalSteps: 1 },
      { stage: 'repair', totalSteps: 300 },
    ]);
    const fractions = carried(story, 'PROGRESS').map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  test('goes on in the second stage after its trainer was killed there, and ends with bit-identical weights', async () => {
    const { id } = await service.start(RUN);
    await killIn(id, /^repair$/);
    const run = await service.ended(id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', attempts: 2, outcome: undisturbed.outcome });
    expect(await filesOf(run)).toEqual(await filesOf(undisturbed));
    const story = await events(id);
    const retried = story.slice(story.findLastIndex(({ type }) => type === 'STARTED'));
    expect(carried(retried, 'STARTED')).toMatchObject([{ attempt: 2, resumedFrom: { stage: 'repair' } }]);
    expect(carried(retried, 'STAGE').map(({ stage }) => stage)).toEqual(['repair']);
  }, 120_000);

  test('fails in words when a retry does not pass the stages it passed before', async () => {
    const { id } = await service.start({ method: 'fickle', parameters: {} });
    await killIn(id, /^stage of/);
    const run = await service.ended(id);
    expect(run).toMatchObject({ status: 'FAILED', attempts: 2, error: { code: 'METHOD_FAILED' } });
    expect(run.error!.message).toMatch(/^stage 1 was "stage of \d+" before the retry and is "stage of \d+" now/);
  }, 120_000);
});
