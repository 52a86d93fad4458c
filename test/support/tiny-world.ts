import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type ClipConfig, clipTokenizerFiles, initialise, newCheckpoint, writeCheckpoint } from '../../src/clip';
import { randomStream } from '../../src/engine';

export const CLASSES = ['cat', 'dog', 'ship'] as const;

/** A two-layer ViT CLIP of a few thousand weights: a step takes about a millisecond. */
export const TINY_CLIP = {
  family: 'vit',
  layout: 'hugging-face',
  embedDim: 16,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  image: {
    size: 16,
    patchSize: 8,
    width: 16,
    layers: 2,
    heads: 2,
    mlpWidth: 64,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    interpolation: 'bicubic',
    resize: 'shortest',
    crop: 'floor',
  },
  text: {
    vocabSize: 514,
    contextLength: 32,
    width: 16,
    layers: 2,
    heads: 2,
    mlpWidth: 64,
    startToken: 512,
    eotToken: 513,
    pooling: 'argmax',
  },
} as const satisfies ClipConfig;

/** Writes a randomly initialised checkpoint. */
export async function tinyCheckpoint(folder: string, seed = 1): Promise<string> {
  const files = clipTokenizerFiles(TINY_CLIP.text.contextLength, 0);
  const checkpoint = newCheckpoint(TINY_CLIP, initialise(TINY_CLIP, seed), files);
  await writeCheckpoint(folder, checkpoint, checkpoint.weights);
  return folder;
}

/** Writes a folder of class folders with `perClass` images each: noise around a colour of the class's own. */
export async function tinyImages(folder: string, perClass: number, seed: number): Promise<string> {
  for (const [index, name] of CLASSES.entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const random = randomStream(seed, name, i);
      const pixels = Uint8Array.from(
        { length: 16 * 16 * 3 },
        (_, at) => (at % 3 === index ? 160 : 60) + random.integer(80),
      );
      const image = sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } }).png();
      await writeFile(join(folder, name, `${String(i).padStart(4, '0')}.png`), await image.toBuffer());
    }
  }
  return folder;
}
