import type { Weights } from '../engine';
import type { Accuracies, BatchName } from '../method';
import { nearest } from '../metrics';
import type { PreparedSet, PreparedSets } from './prepared-set';
import type { Towers } from './towers';

/** The samples of each set that are looked at, as indices. */
export type Parts = ReadonlyMap<BatchName, readonly number[]>;

/** Every sample of the declared sets. */
export const everySample = ({ sets }: PreparedSets): Parts =>
  new Map([...sets].filter(([name]) => name !== 'learned').map(([name, { size }]) => [name, [...Array(size).keys()]]));

/**
 * Zero-shot accuracy of each set: a sample counts when, of all class prompts, its own is nearest to the image; without
 * classes, when of the distinct captions in question its own is (retrieval accuracy).
 */
export async function accuracies(
  towers: Towers,
  weights: Weights,
  { sets, tokens, classes }: PreparedSets,
  parts: Parts,
): Promise<Accuracies> {
  const texts = (await towers.texts(weights, tokens)).map(unit);
  const found: { -readonly [K in BatchName]?: number } = {};
  for (const [name, samples] of parts) {
    const set = sets.get(name);
    if (!set || samples.length === 0) continue;
    const images = await towers.images(
      weights,
      samples.map((i) => set.pixels[i]!),
    );
    const rows = candidates(set, samples, classes);
    const target = (i: number) => set.labels?.[i] ?? set.captions[i]!;
    const prompts = rows.map((row) => texts[row]!);
    const hits = images.filter((image, i) => rows[nearest(image, prompts)] === target(samples[i]!)).length;
    found[name] = hits / samples.length;
  }
  return found;
}

function candidates(set: PreparedSet, samples: readonly number[], classes: number): number[] {
  if (set.labels) return Array.from({ length: classes }, (_, k) => k);
  return [...new Set(samples.map((i) => set.captions[i]!))];
}

/** At length 1; of the image only the direction matters to `nearest`, so it stays as it is. */
function unit(x: Float32Array): Float32Array {
  const norm = Math.hypot(...x);
  return x.map((value) => value / norm);
}
