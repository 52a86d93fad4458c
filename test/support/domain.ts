import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStore } from '../../src/artifacts';
import {
  type Checkpoint,
  type Dataset,
  Domain,
  type DomainOptions,
  type Executor,
  type MeasuredValue,
  type MethodManifest,
  type ReadDataset,
  Refusal,
  type Run,
  refuse,
  type SampleSet,
  type StartRun,
} from '../../src/domain';
import { accuracyRows } from '../../src/metrics';
import { loadSigningKeys } from '../../src/signing';
import type { Place } from './databases';
import { closedLastly } from './lastly';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Opens all services over a test's database. Checkpoints are folders with one file, whose bytes follow from the source; datasets are
 * described by their source.
 */
export async function openDomain(place: Place, more: Partial<DomainOptions> = {}): Promise<Domain> {
  const folderOf = async (source: string) => {
    const folder = join(place.folder, 'checkpoints', sha256(source));
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'model.safetensors');
    // Whole at any moment: another import of the same source may be reading it.
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, `weights of ${source}`);
    await rename(draft, file);
    return folder;
  };
  const domain = await Domain.open({
    ...place,
    ...more,
    artifacts: new LocalStore(join(place.folder, 'artifacts')),
    feedTimes: { heartbeatMs: 300, pollMs: 1_000 },
    readCheckpoint: async (source) =>
      source === 'missing'
        ? refuse('CHECKPOINT_UNREADABLE', ['source'], { source, reason: 'no such folder' })
        : {
            folder: await folderOf(source),
            paths: ['model.safetensors'],
            architecture: 'VIT',
            layout: 'HUGGING_FACE',
            parameterCount: 3_000_000_000,
            config: { embedDim: source === 'wide' ? 16 : 8 },
          },
    readDataset: async (source) => describedDataset(source),
    loadKeys: () => loadSigningKeys(join(place.folder, 'keys')),
    ...more,
  });
  return closedLastly(domain);
}

/** `cat:0-3 dog:2-5` is a dataset with cats 0 to 3 and dogs 2 to 5; the same number is the same photograph. */
function describedDataset(source: string): ReadDataset {
  const samples = source.split(' ').flatMap((part) => {
    const [className, range] = part.split(':') as [string, string];
    const [from, to] = range.split('-').map(Number) as [number, number];
    return Array.from({ length: to - from + 1 }, (_, index) => ({
      hash: sha256(`${className} ${from + index}`),
      path: `${className}/${from + index}.jpg`,
      className,
      caption: `a photo of a ${className}, number ${from + index}`,
    }));
  });
  const classes = [...new Set(samples.map((sample) => sample.className))];
  return { format: 'CLASS_FOLDERS', source, digest: sha256(source), classes, samples };
}

/** The value, or a failed test that says what was refused. */
export function granted<T>(value: T | Refusal): T {
  if (value instanceof Refusal) throw new Error(`refused: ${value.code} ${value.message}`);
  return value;
}

export const erase: MethodManifest = {
  name: 'clip-erase',
  version: '1.0.0',
  codeDigest: sha256('clip-erase'),
  title: 'CLIPErase',
  description: 'Forgets by pulling pairs apart.',
  paper: { title: 'CLIPErase', url: 'https://arxiv.org/abs/2410.23330' },
  needs: ['forget', 'retain'],
  parameters: {
    type: 'object',
    properties: {
      lambda1: { type: 'number', minimum: 0, default: 1 },
      norm: { enum: ['L1', 'L2'], default: 'L2' },
    },
  },
};

/** A domain with a checkpoint, three sets, an executor, and a run ready to start. */
export interface Scene {
  checkpoint: Checkpoint;
  dataset: Dataset;
  held: Dataset;
  forget: SampleSet;
  retain: SampleSet;
  executor: Executor;
  request: StartRun;
}

export async function setTheScene(domain: Domain): Promise<Scene> {
  const { checkpoints, datasets, sets } = domain;
  const checkpoint = granted(await checkpoints.import({ name: 'demo', source: 'somewhere' }));
  const dataset = granted(await datasets.register({ name: 'pets', source: 'cat:0-9 dog:0-9 horse:0-9' }));
  const held = granted(await datasets.register({ name: 'held out', source: 'cat:10-12 dog:10-12' }));
  const datasetId = dataset.id;
  const forget = granted(await sets.create({ kind: 'FORGET', name: 'cats', datasetId, classes: ['cat'] }));
  const selector = { exceptClasses: ['cat'] };
  const retain = granted(await sets.create({ kind: 'RETAIN', name: 'others', datasetId, selector }));
  const executor = await registerExecutor(domain);
  const request = {
    checkpointId: checkpoint.id,
    method: 'clip-erase',
    forgetSetId: forget.id,
    retainSetId: retain.id,
    evaluateOnId: held.id,
  };
  return { checkpoint, dataset, held, forget, retain, executor, request };
}

export async function registerExecutor(domain: Domain): Promise<Executor> {
  const { executor } = await domain.executors.register({
    host: 'test',
    pid: process.pid,
    version: '0.1.0',
    devices: [
      { name: 'CPU', available: true, description: 'two cores', hint: null },
      { name: 'CUDA', available: false, description: 'none', hint: 'run npm run cuda:install' },
    ],
    methods: [erase],
    brokenPlugins: [],
  });
  return executor;
}

/** ZERO_SHOT as a trainer would report it, from [right, all] of each class. */
export function zeroShotValues(classes: Record<string, readonly [number, number]>): MeasuredValue[] {
  const names = Object.keys(classes);
  const labels = names.flatMap((name, c) => Array(classes[name]![1]).fill(c) as number[]);
  const hits = names.flatMap((name) => Array.from({ length: classes[name]![1] }, (_, i) => i < classes[name]![0]));
  return accuracyRows('accuracy', names, labels, hits).map((row) => ({ metric: 'ZERO_SHOT', ...row }));
}

/** What a trainer would hand in. */
export async function success(domain: Domain, place: Place, run: Run, weights = `unlearned by ${run.id}`) {
  const file = join(place.folder, `result-${run.id}`);
  await writeFile(file, weights);
  const stored = await domain.artifacts.put(file);
  const { architecture, layout, parameterCount, config } = run.checkpoint!;
  return {
    checkpoint: {
      name: 'demo without cats',
      files: [{ path: 'model.safetensors', ...stored }],
      architecture,
      layout,
      parameterCount,
      config,
    },
    outcome: 'threshold reached',
    environment: { node: process.version },
    after: {
      templates: ['a photo of a {}'],
      values: zeroShotValues({ cat: [0, 3], dog: [2, 3] }),
      environment: { node: process.version },
    },
    cost: { seconds: 12.5, peakMemoryBytes: 3_000_000_000, updatedShare: 0.25 },
  };
}
