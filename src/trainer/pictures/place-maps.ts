import { buildClip, type ClipConfig } from '../../clip';
import { forward, input, type Weights } from '../../engine';
import { createSession, type SessionOptions } from '../../runtime';
import { joined } from '../towers';

/** An image, and which class is looked for in it. */
export interface Asked {
  /** [3, S, S] */
  readonly pixels: Float32Array;
  /** Index of the class. */
  readonly about: number;
}

/** Weights and the unit text features of every class under them. */
export interface Look {
  readonly weights: Weights;
  readonly classes: readonly Float32Array[];
}

/**
 * How much each place of an image looks like a class: its cosine with the class's prompt, less its mean cosine with all
 * classes' prompts, so that what all prompts share does not count. The features of places are those of `encodePlaces`; that
 * the classes compete follows MaskCLIP (https://arxiv.org/abs/2112.01071), which takes the softmax over them; the difference
 * is ours: it keeps the scale of cosines, so that maps of two models can be compared.
 *
 * @returns for every look and image the places' values, row by row
 */
export async function placeMaps(
  config: ClipConfig,
  asked: readonly Asked[],
  looks: readonly Look[],
  compute: SessionOptions,
): Promise<Float32Array[][]> {
  const { size } = config.image;
  const places = buildClip(config).encodePlaces(input('pixels', [asked.length, 3, size, size]));
  const session = await createSession(forward({ places }), compute);
  try {
    const pixels = joined(
      Float32Array,
      asked.map((each) => each.pixels),
    );
    const [, count, width] = places.shape as [number, number, number];
    const maps: Float32Array[][] = [];
    for (const { weights, classes } of looks) {
      session.loadState(weights);
      const features = (await session.run({ pixels })).places as Float32Array;
      const at = (image: number, place: number) =>
        features.subarray((image * count + place) * width, (image * count + place + 1) * width);
      maps.push(
        asked.map(({ about }, image) =>
          Float32Array.from({ length: count }, (_, place) => likeness(at(image, place), classes, about)),
        ),
      );
    }
    return maps;
  } finally {
    await session.dispose();
  }
}

function likeness(feature: Float32Array, classes: readonly Float32Array[], about: number): number {
  const length = Math.hypot(...feature) || 1;
  const cosines = classes.map((prompt) => prompt.reduce((sum, value, i) => sum + value * feature[i]!, 0) / length);
  return cosines[about]! - cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
}
