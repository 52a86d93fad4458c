import { randomStream } from '../../src/engine';
import { CAPTIONS_PER_STEP, captionShares, captionSheet } from './caption-sheet';
import { type Photographs, PIXELS, SIDE } from './photographs';
import { applyStyle, STYLES } from './styles';

/** This share of a batch stays a photograph; the rest is divided among the other styles. */
const PHOTOGRAPH_SHARE = 0.76;

export interface Batch {
  /** Interleaved RGB of 32x32, PIXELS values each, styled and augmented. */
  readonly images: readonly Uint8Array[];
  readonly captions: readonly string[];
  /** [images, CAPTIONS_PER_STEP]: the share of each caption in each image. */
  readonly shares: Float32Array;
}

/** The images of an epoch in the order in which it passes them. */
export function epochOrder(trainable: readonly number[], seed: number, epoch: number): number[] {
  return [...randomStream(seed, 'order', epoch).permutation(trainable.length)].map((at) => trainable[at]!);
}

/**
 * Draws style, shift, mirror and captions by (seed, step) alone, so that a resumed training sees the same batches.
 * An image is moved by up to `shift` pixels; its border is repeated.
 */
export function drawBatch(
  photographs: Photographs,
  indices: readonly number[],
  { seed, step, shift }: { seed: number; step: number; shift: number },
): Batch {
  const { uniform } = randomStream(seed, 'batch', step);
  const shares = new Float32Array(indices.length * CAPTIONS_PER_STEP);
  const images = indices.map((index, i) => {
    const styled = photographs.pixels.slice(index * PIXELS, (index + 1) * PIXELS);
    const style = uniform() < PHOTOGRAPH_SHARE ? STYLES[0] : STYLES[1 + Math.floor(uniform() * (STYLES.length - 1))]!;
    applyStyle(style, styled, SIDE);
    const row = shares.subarray(i * CAPTIONS_PER_STEP, (i + 1) * CAPTIONS_PER_STEP);
    captionShares(style, photographs.labels[index]!, row);
    return shiftAndMirror(styled, shift, uniform);
  });
  return { images, captions: captionSheet(uniform), shares };
}

function shiftAndMirror(pixels: Uint8Array, shift: number, uniform: () => number): Uint8Array {
  const offset = () => Math.floor(uniform() * (2 * shift + 1)) - shift;
  const [dx, dy, mirrored] = [offset(), offset(), uniform() < 0.5];
  const inside = (at: number) => Math.min(SIDE - 1, Math.max(0, at));
  const moved = new Uint8Array(PIXELS);
  for (let y = 0; y < SIDE; y++) {
    const row = inside(y + dy) * SIDE;
    for (let x = 0; x < SIDE; x++) {
      const from = 3 * (row + inside((mirrored ? SIDE - 1 - x : x) + dx));
      const to = 3 * (y * SIDE + x);
      moved[to] = pixels[from]!;
      moved[to + 1] = pixels[from + 1]!;
      moved[to + 2] = pixels[from + 2]!;
    }
  }
  return moved;
}
