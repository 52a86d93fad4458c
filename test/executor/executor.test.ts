import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Run, RunEvent } from '../../src/domain';
import { DATABASES, got, type TinyService, tinyService } from '../support/tiny-service';

/** What the trainer does for a stage that keeps a picture; the kit has no verb for it, so this plugin says it itself. */
const draw = `(() => {
  const file = require('node:path').join(__dirname, '../../drawn.svg');
  require('node:fs').writeFileSync(file, '<svg/>');
  process.send({ type: 'artifact', name: 'chart', title: 'A chart', mediaType: 'image/svg+xml', file });
})()`;

/** Plugins of somebody else, in plain JavaScript, in a folder of their own. */
const FOREIGN = {
  'good-cjs/index.js': method('good-cjs', `mean(rowDot(model(forget).imageFeatures, model(forget).textFeatures))`),
  'good-esm/index.mjs': method('good-esm', `contrastiveLoss(model(forget))`, 'esm'),
  'draws/index.js': method('draws', `(${draw}, mean(model(forget).imageFeatures))`),
  'throws/index.js': method('throws', `(() => { throw new TypeError('the moon is full'); })()`),
  'aborts/index.js': method('aborts', `process.abort()`),
  'exits/index.js': method('exits', `process.exit(3)`),
  'hangs-up/index.js': method('hangs-up', `(process.disconnect(), mean(model(forget).imageFeatures))`),
  'hungry/index.js': method('hungry', `(() => { const all = []; for (;;) all.push(new Array(1e6).fill({})); })()`),
  'sleeps/index.js': method('sleeps', `(() => { for (;;); })()`),
  'broken-syntax/index.js': 'this is not JavaScript',
  'broken-import/index.js': `require('lethe/engine')`,
  'broken-export/index.js': 'exports.answer = 42',
  'broken-death/index.js': 'process.abort()',
  'broken-default/index.js': `const { param } = require('lethe/method'); param.number({ default: 3, max: 2, source: 'OURS', about: 'x' })`,
  'twin/index.js': method('clip-erase', `mean(model(forget).imageFeatures)`),
  'empty/README.md': 'nothing here',
};

function method(name: string, loss: string, kind: 'cjs' | 'esm' = 'cjs'): string {
  const kit = 'adam, contrastiveLoss, defineMethod, mean, param, rowDot, trainable';
  return `${kind === 'cjs' ? `const { ${kit} } = require('lethe/method'); exports.default =` : `import { ${kit} } from 'lethe/method'; export default`}
    defineMethod({
      name: '${name}', version: '1.0.0', title: '${name}', description: 'from outside',
      paper: { title: 'none', url: 'https://example.org' }, sets: ['forget'],
      params: { epochs: param.integer({ default: 3, min: 1, source: 'OURS', about: 'passes' }) },
      training: ({ epochs }) => ({ optimiser: adam(), learningRate: 1e-3, batchSize: 4, epochs, trainable: trainable('image-tower') }),
      objective: ({ model, forget }) => ({ forgetting: [1, ${loss}] }),
    });`;
}

describe.each(DATABASES)('on the %s database', (kind) => {
  let folder: string;
  let service: TinyService;
  let broken: readonly { plugin: string; reason: string }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-executor-'));
    const plugins = join(folder, 'foreign');
    for (const [path, code] of Object.entries(FOREIGN)) {
      await mkdir(join(plugins, path, '..'), { recursive: true });
      await writeFile(join(plugins, path), code);
    }
    service = await tinyService(folder, kind);
    const executor = await service.executor({ pluginFolders: [plugins, join(folder, 'nowhere')], heapMegabytes: 160 });
    broken = executor.brokenPlugins;
  }, 120_000);

  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  const events = (run: Run): Promise<RunEvent[]> => service.domain.events.read(run.id, 0, 10_000);
  const foreign = (name: string) => service.start({ method: name, parameters: {}, maxAttempts: 2 });

  test('a run ends with a registered checkpoint, its lineage, both evaluations and a complete story', async () => {
    const run = await service.ended((await service.start()).id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', attempts: 1, error: null, progress: { fraction: 1 } });
    expect(run.environment).toMatchObject({ device: 'CPU', threads: 1, parameters: { lambda2: 3 } });
    const made = await service.domain.checkpoints.getOrFail(run.resultId!);
    expect(made).toMatchObject({ name: 'tiny without dogs', parentId: run.checkpointId, runId: run.id });
    const evaluations = await service.domain.evaluations.ofRuns([run.id]);
    expect(evaluations.map(({ role }) => role).sort()).toEqual(['AFTER', 'BEFORE']);
    const values = await service.domain.values.ofEvaluations([evaluations[0]!.id]);
    expect(values.map(({ subject, count }) => [subject, count])).toEqual([
      [null, 18],
      ['cat', 6],
      ['dog', 6],
      ['ship', 6],
    ]);
    expect(run.cost).toMatchObject({ seconds: expect.any(Number), peakMemoryBytes: expect.any(Number) });
    expect(run.cost!.updatedShare).toBeGreaterThan(0.5);
    const losses = (await service.domain.runs.metrics(run.id, 'loss')).map(({ step }) => step);
    expect(losses).toEqual([1, 2, 3, 4, 5, 6]);
    const story = (await events(run)).map(({ type }) => type);
    expect(story.slice(0, 2)).toEqual(['QUEUED', 'STARTED']);
    expect(story.at(-1)).toBe('SUCCEEDED');
    expect(story).toEqual(expect.arrayContaining(['STAGE', 'PROGRESS', 'EVALUATED']));
  });

  test('broken plugins are named with the reason, and all others work', async () => {
    const reasons = Object.fromEntries(broken.map(({ plugin, reason }) => [plugin, reason]));
    expect(reasons).toEqual({
      [join(folder, 'nowhere')]: 'there is no such folder',
      'broken-syntax': expect.stringMatching(/^SyntaxError/),
      'broken-import': expect.stringMatching(/not (exported|defined)/),
      'broken-export': expect.stringContaining('does not export a method'),
      'broken-death': expect.stringContaining('SIGABRT'),
      'broken-default': expect.stringContaining('must be at most 2'),
      empty: expect.stringContaining('has none of index.js'),
      twin: expect.stringContaining('already loaded'),
    });
    const published = (await service.domain.methods.list()).map(({ name }) => name);
    expect(published).toEqual(
      expect.arrayContaining(['clip-erase', 'fine-tune', 'good-cjs', 'good-esm', 'grad-ascent']),
    );
    const [executor] = await service.domain.executors.alive();
    expect(executor!.brokenPlugins).toEqual(broken);
  });

  test.each(['good-cjs', 'good-esm', 'grad-ascent'])('%s runs', async (name) => {
    const run = await service.ended((await foreign(name)).id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', error: null });
  });

  test('a run draws what changed, unless it shall not', async () => {
    const [without, with_] = [await service.start(), await service.start({ pictures: true })];
    expect(await service.domain.artifactRows.ofOwners('runId', [(await service.ended(without.id)).id])).toEqual([]);
    const run = await service.ended(with_.id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', error: null });
    const drawn = await service.domain.artifactRows.ofOwners('runId', [run.id]);
    expect(drawn.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['accuracy-by-class', 'image/svg+xml'],
      ['embedding-map', 'image/svg+xml'],
      ['heat-maps', 'image/png'],
    ]);
    const chart = await text(await service.domain.artifacts.open(drawn[0]!.digest));
    expect(chart).toContain('>dog</text>');
  });

  test('what a stage drew is kept with the run and announced', async () => {
    const run = await service.ended((await foreign('draws')).id);
    expect(run).toMatchObject({ status: 'SUCCEEDED', error: null });
    const drawn = (await service.domain.artifactRows.ofOwners('runId', [run.id])).find(({ name }) => name === 'chart')!;
    expect(drawn).toMatchObject({ title: 'A chart', mediaType: 'image/svg+xml', bytes: 6 });
    expect(await text(await service.domain.artifacts.open(drawn.digest))).toBe('<svg/>');
    const said = (await events(run)).filter(({ type }) => type === 'ARTIFACT_ADDED').map(({ payload }) => payload);
    expect(said).toContainEqual({ artifactId: drawn.id });
  });

  test.each([
    ['throws', 1, 'METHOD_FAILED', /the moon is full/],
    ['aborts', 2, 'TRAINER_CRASHED', /SIGABRT/],
    ['exits', 2, 'TRAINER_EXITED', /exited with code 3/],
    ['hangs-up', 2, 'TRAINER_DISCONNECTED', /closed its connection/],
    ['hungry', 2, 'OUT_OF_MEMORY', /out of memory/],
  ])('a plugin that %s fails its run after %i attempt(s) with %s', async (name, attempts, code, message) => {
    const run = await service.ended((await foreign(name)).id);
    expect(run).toMatchObject({ status: 'FAILED', attempts, error: { code, message: expect.stringMatching(message) } });
  });

  test('cancellation takes less than two seconds, even when the trainer does not listen', async () => {
    for (const [name, parameters] of [
      ['clip-erase', { epochs: 1000, batchSize: 8, learningRate: 1e-5 }],
      ['sleeps', {}],
    ] as const) {
      const run = await service.start({ method: name, parameters });
      while ((await service.domain.runs.get(run.id))!.status === 'QUEUED' || !(await seen(run, name))) await pause(50);
      const askedAt = performance.now();
      got(await service.domain.runs.cancel(run.id));
      expect((await service.ended(run.id)).status).toBe('CANCELLED');
      expect(performance.now() - askedAt).toBeLessThan(2000);
    }
    const next = await service.ended((await service.start()).id);
    expect(next.status).toBe('SUCCEEDED');
  });

  /** The run is in the middle of its work. */
  async function seen(run: Run, name: string): Promise<boolean> {
    const wanted = name === 'sleeps' ? 'EVALUATED' : 'PROGRESS';
    return (await events(run)).some(({ type }) => type === wanted);
  }

  test('a checkpoint is evaluated on request', async () => {
    const { checkpointId, evaluateOnId } = await service.start();
    const asked = got(await service.domain.evaluations.request({ checkpointId, datasetId: evaluateOnId! }));
    let found = asked;
    while (found.status !== 'SUCCEEDED' && found.status !== 'FAILED') {
      await pause(50);
      found = await service.domain.evaluations.getOrFail(asked.id);
    }
    expect(found).toMatchObject({
      status: 'SUCCEEDED',
      templates: ['a photo of a {}'],
      progress: { stage: 'done', done: 1, total: 1 },
    });
    expect((await service.domain.values.ofEvaluations([asked.id]))[0]).toMatchObject({ subject: null, count: 18 });
  });

  test('nothing is left in the scratch folder', async () => {
    const scratch = join(service.config.home, 'scratch');
    const left = async () => {
      const entries = await readdir(scratch, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    };
    // A run is settled before its folder is removed.
    for (let tries = 0; tries < 100 && (await left()).length > 0; tries++) await pause(50);
    expect(await left()).toEqual([]);
  });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
