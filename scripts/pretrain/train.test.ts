import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPENAI_PREPROCESSING, readCheckpoint } from '../../src/clip';
import { randomStream } from '../../src/engine';
import { RECIPES, type Recipe } from './models';
import { type Photographs, PIXELS } from './photographs';
import { train } from './train';
import { readLog } from './training-log';

/** Two images a class that differ by their brightness: enough to learn from, small enough for a second. */
function photographs(stage: string): Photographs {
  const { integer } = randomStream(3, stage);
  const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 10);
  const pixels = new Uint8Array(20 * PIXELS).map((_, at) => 20 * labels[Math.floor(at / PIXELS)]! + integer(30));
  return { pixels, labels, hashes: [...labels.keys()].map(String), names: [...labels.keys()].map(String) };
}

const transformer = { width: 16, layers: 1, heads: 2, mlpWidth: 32 };
const { text } = RECIPES.resnet.config;
const recipe: Recipe = {
  config: {
    family: 'modified-resnet',
    layout: 'open-clip',
    embedDim: 8,
    activation: 'quick_gelu',
    layerNormEpsilon: 1e-5,
    text: { ...text, ...transformer },
    image: { ...OPENAI_PREPROCESSING, size: 32, width: 4, layers: [1, 1, 1, 1], heads: 2 },
  },
  batch: 10,
  peakLearningRate: 5e-3,
  weightDecay: 0.05,
  shift: 2,
};
const halves = { train: photographs('train'), test: photographs('test') };

async function run(cache: string, stopAfter = Number.POSITIVE_INFINITY) {
  const options = { model: 'tiny', recipe, trainable: [...halves.train.labels.keys()], epochs: 3, seed: 7, threads: 1 };
  const out = join(cache, 'out');
  await train(halves, {
    ...options,
    out,
    cache,
    onStep: (step) => {
      if (step > stopAfter) throw new Error('killed');
    },
  });
  return { weights: await readFile(join(out, 'open_clip_model.safetensors')), log: readLog(`${out}.jsonl`), out };
}

const folder = () => mkdtemp(join(tmpdir(), 'lethe-pretrain-'));

test('a training that was killed in its third epoch ends with the bytes of one that was not', async () => {
  const whole = await run(await folder());
  const cache = await folder();
  await expect(run(cache, 4)).rejects.toThrow('killed');
  const resumed = await run(cache);
  expect(resumed.log.find(({ kind, step }) => kind === 'start' && step === 4)).toBeDefined();
  expect(resumed.weights.equals(whole.weights)).toBe(true);

  const checkpoint = await readCheckpoint(whole.out);
  expect(checkpoint.config).toMatchObject({ family: 'modified-resnet', embedDim: 8 });
  const assessments = whole.log.filter(({ kind }) => kind === 'assessment');
  expect(assessments.map(({ step }) => step)).toEqual([2, 4, 6]);
}, 240_000);
