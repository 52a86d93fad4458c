import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage, ImageRefused, preprocess } from '..';
import { OPENAI_PREPROCESSING, type PreprocessConfig } from '../config';
import { FIXTURES } from '../testing/fixtures';

type Pipeline = 'openClip' | 'openClipSquash' | 'openClipBilinear' | 'huggingFace';

const expected: Record<string, Record<Pipeline, string>> = JSON.parse(
  readFileSync(join(FIXTURES, 'pixels.json'), 'utf8'),
);
const base: PreprocessConfig = { ...OPENAI_PREPROCESSING, size: 20 };
const CONFIGS: Record<Pipeline, PreprocessConfig> = {
  openClip: base,
  openClipSquash: { ...base, resize: 'squash' },
  openClipBilinear: { ...base, interpolation: 'bilinear' },
  huggingFace: { ...base, crop: 'floor' },
};
const image = (name: string): Buffer => readFileSync(join(FIXTURES, 'images', name));

/** Levels 0 to 255 that the normalised pixels stand for. */
const levels = (pixels: Float32Array): number[] =>
  Array.from(pixels, (value, i) => {
    const channel = Math.floor((3 * i) / pixels.length);
    return Math.abs(Math.round((value * base.std[channel]! + base.mean[channel]!) * 255));
  });

/** [H, W, 3] bytes as [3, H, W]. */
const planar = (base64: string): number[] => {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from(bytes, (_, i) => bytes[3 * (i % (bytes.length / 3)) + Math.floor((3 * i) / bytes.length)]!);
};

describe.each(Object.keys(expected))('%s', (name) => {
  it.each(['openClip', 'openClipBilinear'] as const)('has the pixels of %s, exactly', async (pipeline) => {
    const pixels = await preprocess(CONFIGS[pipeline])(image(name));
    expect(levels(pixels)).toEqual(planar(expected[name]![pipeline]));
  });

  // transformers resizes tensors rather than bytes; Pillow 13 may resize rows before columns where the ratio changes.
  it.each(['openClipSquash', 'huggingFace'] as const)('has the pixels of %s, within a level', async (pipeline) => {
    const actual = levels(await preprocess(CONFIGS[pipeline])(image(name)));
    const differences = planar(expected[name]![pipeline]).map((level, i) => Math.abs(level - actual[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });
});

describe('an image that cannot be decoded', () => {
  const jpeg = image('wide.jpg');
  const damaged: [string, Uint8Array][] = [
    ['is empty', Buffer.alloc(0)],
    ['is text', Buffer.from('no image at all')],
    ['was cut short', jpeg.subarray(0, jpeg.length - 300)],
    ['has only a header', jpeg.subarray(0, 40)],
    ['has a damaged middle', Buffer.concat([jpeg.subarray(0, 500), Buffer.alloc(700, 0xff), jpeg.subarray(1200)])],
  ];
  it.each(damaged)('is refused when it %s', async (_, bytes) => {
    await expect(decodeImage(bytes)).rejects.toBeInstanceOf(ImageRefused);
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});
