import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  type Checkpoint,
  type ClipConfig,
  clipTokenizerFiles,
  initialise,
  newCheckpoint,
  preprocess,
  writeCheckpoint,
} from '../../src/clip';
import { DEFAULT_TEMPLATE, scanDataset } from '../../src/data';
import { adam, randomStream, type Weights } from '../../src/engine';
import { classFeatures, createEncoder } from '../../src/evaluation';
import { trainable, zeroShotLoss } from '../../src/method';
import { dot, unit } from '../../src/metrics';
import type { SampleSource } from '../../src/trainer/messages';
import { prepareSets } from '../../src/trainer/prepared-set';
import { Reporter } from '../../src/trainer/reporter';
import { Towers } from '../../src/trainer/towers';
import { trainStage } from '../../src/trainer/train-stage';
import { TINY_CLIP } from './tiny-world';

/** `rings` is to be forgotten; `noise` is what images of an unknown pattern look like. */
export const PLANTED_CLASSES = ['dots', 'noise', 'rings', 'stripes'] as const;
export const FORGOTTEN = 'rings';

const SIDE = 16;

/** A ViT of two layers that is wide enough to tell four classes. */
export const PLANTED_CLIP: ClipConfig = {
  ...TINY_CLIP,
  embedDim: 32,
  image: { ...TINY_CLIP.image, width: 48, heads: 4, mlpWidth: 192 },
};

/**
 * Writes class folders of `perClass` images each. A pattern has either sign, so that no linear function of the pixels tells it; to
 * a model that never saw it, it is noise.
 */
export async function plantedImages(folder: string, perClass: number, seed: number): Promise<string> {
  for (const name of PLANTED_CLASSES) {
    await mkdir(join(folder, name), { recursive: true });
    const random = randomStream(1, `pattern ${name}`);
    const pattern = Float32Array.from({ length: SIDE * SIDE * 3 }, () => (name === 'noise' ? 0 : random.normal()));
    for (let i = 0; i < perClass; i++) {
      const noise = randomStream(seed, name, i);
      const sign = noise.uniform() < 0.5 ? -1 : 1;
      const pixels = Uint8Array.from(pattern, (value) => {
        const pixel = 128 + 16 * sign * value + 32 * noise.normal();
        return Math.min(255, Math.max(0, Math.round(pixel)));
      });
      const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).png();
      await writeFile(join(folder, name, `${String(i).padStart(4, '0')}.png`), await image.toBuffer());
    }
  }
  return folder;
}

/** A checkpoint trained from scratch, by the trainer's own loop, on the images of these classes. */
export async function taught(images: string, classes: readonly string[], steps: number): Promise<Checkpoint> {
  const checkpoint = newCheckpoint(
    PLANTED_CLIP,
    initialise(PLANTED_CLIP, 3),
    clipTokenizerFiles(PLANTED_CLIP.text.contextLength, 0),
  );
  const { samples } = await scanDataset(images);
  const seen: SampleSource = { source: images, samples: samples.filter(({ label }) => classes.includes(label!)) };
  const breathe = async () => {};
  const compute = { device: 'CPU', threads: 1 } as const;
  const prepared = await prepareSets(
    { retain: seen },
    {
      config: PLANTED_CLIP,
      tokenize: (text) => checkpoint.tokenizer.encode(text),
      preprocess: preprocess(PLANTED_CLIP.image),
      classes,
      forgotten: [],
      template: DEFAULT_TEMPLATE,
      signal: new AbortController().signal,
    },
  );
  const towers = new Towers(PLANTED_CLIP, compute, breathe);
  const weights: Weights = new Map(checkpoint.weights);
  await trainStage(
    {
      config: PLANTED_CLIP,
      seed: 1,
      compute,
      original: checkpoint.weights,
      weights,
      prepared,
      towers,
      reporter: new Reporter(() => {}),
      send: () => {},
      snapshots: { due: () => false, save: async () => {} },
      artifact: async () => {},
      breathe,
    },
    { stage: 'teach', from: 0, to: 1, save: async () => {} },
    ({ model, retain }) => ({ loss: [1, zeroShotLoss(model(retain))] }),
    { optimiser: adam(), learningRate: 2e-3, batchSize: 64, steps, trainable: trainable('all') },
    undefined,
  );
  await towers.dispose();
  return { ...checkpoint, weights };
}

export async function written(folder: string, checkpoint: Checkpoint, weights = checkpoint.weights): Promise<string> {
  await writeCheckpoint(folder, checkpoint, weights);
  return folder;
}

/**
 * The weights with nothing but the text head changed: the prompt of the forgotten class now says the opposite of what it said, and all
 * other prompts say what they said. No image is embedded otherwise than before.
 */
export async function disturbed({ config, weights, tokenizer }: Checkpoint): Promise<Weights> {
  const { shape, data } = weights.get('text_projection')!;
  const [inputs, outputs] = shape as [number, number];
  // With the first unit vectors as a head, the features of prompts are what the head gets, at length 1.
  const bare = Float32Array.from(data, (_, at) => Number(Math.floor(at / outputs) === at % outputs));
  const encoder = await createEncoder(
    config,
    new Map([...weights, ['text_projection', { shape, data: bare }]]),
    tokenizer,
  );
  const names = [FORGOTTEN, ...PLANTED_CLASSES.filter((name) => name !== FORGOTTEN)];
  const found = await classFeatures(encoder, names, [DEFAULT_TEMPLATE]);
  await encoder.dispose();
  const [forgotten, ...others] = found.map((feature) => feature.slice(0, inputs)) as [Float32Array, ...Float32Array[]];
  const own = others.reduce((rest, other, i) => without(rest, apart(other, others.slice(0, i))), forgotten);
  const said = (x: Float32Array, d: number) => x.reduce((sum, value, row) => sum + value * data[row * outputs + d]!, 0);
  const turned = data.map((value, at) => {
    const [row, d] = [Math.floor(at / outputs), at % outputs];
    return value + (own[row]! * -2 * said(forgotten, d)) / dot(own, forgotten);
  });
  return new Map([...weights, ['text_projection', { shape, data: turned }]]);
}

/** What a vector has and none of the others, at length 1 (Gram and Schmidt). */
function apart(vector: Float32Array, others: readonly Float32Array[]): Float32Array {
  return unit(others.reduce((rest, other, i) => without(rest, apart(other, others.slice(0, i))), vector));
}

function without(vector: Float32Array, direction: Float32Array): Float32Array {
  const along = dot(vector, direction);
  return vector.map((value, d) => value - along * direction[d]!);
}
