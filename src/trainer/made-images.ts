import type { Weights } from '../engine';
import { imageSheet } from '../pictures';
import { imageShape } from './image-stage';
import { drawn } from './pictures/drawn';
import type { PreparedSet } from './prepared-set';
import type { RunContext } from './run-context';

/** What of a set of made images is no array; for a snapshot. */
export type Labels = Pick<PreparedSet, 'captions' | 'labels'>;

export const labelsOf = ({ captions, labels }: PreparedSet): Labels => ({ captions, labels });

/** The images by their number. */
export const imagesAs = (context: RunContext, { pixels }: PreparedSet): Weights =>
  new Map(pixels.map((data, i) => [String(i), { shape: imageShape(context), data }]));

export function setOf(images: Weights, { captions, labels }: Labels): PreparedSet {
  return { size: images.size, pixels: [...images.values()].map(({ data }) => data), captions, labels };
}

/** So many are enough to see what they are like. */
const SHOWN = 64;

/** Keeps the images for people to look at: they are evidence of the run. */
export async function showImages(context: RunContext, stage: string, { pixels }: PreparedSet): Promise<void> {
  if (pixels.length === 0) return;
  const { size, mean, std } = context.config.image;
  await drawn(async () => {
    const shown = pixels.slice(0, SHOWN);
    const sheet = await imageSheet(shown, { size, mean, std });
    const name = stage.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    await context.artifact(
      name,
      `Images made in the stage "${stage}": ${shown.length} of ${pixels.length}`,
      'image/png',
      sheet,
    );
  }, context.send);
}
