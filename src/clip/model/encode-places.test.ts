import { input, interpret, type Weights } from '../../engine';
import { initialise } from '..';
import { fixturePixels } from '../testing/fixtures';
import { TINY_CLIPS } from '../testing/tiny-clips';
import { buildClip } from './build-clip';

type Family = keyof typeof TINY_CLIPS;

/** The features of three images, and of each of their places, in float64. */
function features(family: Family, weights: Weights, layers?: number): { image: Float64Array; places: Float64Array } {
  const tiny = TINY_CLIPS[family];
  const config = layers === undefined ? tiny : { ...TINY_CLIPS.vit, image: { ...TINY_CLIPS.vit.image, layers } };
  const { size } = config.image;
  const clip = buildClip(config);
  const pixels = input('pixels', [3, 3, size, size]);
  const feeds = new Map(
    [...weights].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  );
  feeds.set('pixels', { shape: [3, 3, size, size], data: Float64Array.from(fixturePixels(size)) });
  const [image, places] = interpret([clip.encodeImage(pixels), clip.encodePlaces(pixels)], feeds);
  return { image: Float64Array.from(image!.data), places: Float64Array.from(places!.data) };
}

const filled = (weights: Weights, names: RegExp, value: (index: number, row: number) => number): Weights =>
  new Map(
    [...weights].map(([name, { shape, data }]) =>
      names.test(name)
        ? [name, { shape, data: data.map((_, i) => value(i, i % shape.at(-1)!)) }]
        : [name, { shape, data }],
    ),
  );

test.each([
  ['vit', 4, /^visual\.(conv1\.weight|class_embedding)$/],
  ['resnet', 1, /^visual\.layer4\.0\.(bn3|downsample\.1)\.weight$/],
] as const)('places of a %s that are all alike are what the whole image is', (family, count, cleared) => {
  const { embedDim } = TINY_CLIPS[family];
  const initial = initialise(TINY_CLIPS[family], 1);
  const alike = filled(
    filled(initial, cleared, () => 0),
    /^visual\.(attnpool\.)?positional_embedding$/,
    (_, column) => Math.sin(column),
  );
  const { image, places } = features(family, alike);
  expect(places.length).toBe(3 * count * embedDim);
  for (const [i, value] of places.entries()) {
    const at = Math.floor(i / (count * embedDim)) * embedDim + (i % embedDim);
    expect(value).toBeCloseTo(image[at]!, 10);
  }
});

test("with one block, a patch decides its own place's features and no other's", () => {
  const weights = initialise({ ...TINY_CLIPS.vit, image: { ...TINY_CLIPS.vit.image, layers: 1 } }, 1);
  const moved = new Map(weights);
  const positions = weights.get('visual.positional_embedding')!;
  const width = TINY_CLIPS.vit.image.width;
  // Row 0 is the class token; row 2 the second patch.
  moved.set('visual.positional_embedding', {
    ...positions,
    data: positions.data.map((value, i) => (Math.floor(i / width) === 2 ? value + Math.cos(i) : value)),
  });
  const [before, after] = [features('vit', weights, 1).places, features('vit', moved, 1).places];
  const changed = new Set<number>();
  before.forEach((value, i) => {
    if (Math.abs(value - after[i]!) > 1e-9) changed.add(Math.floor(i / TINY_CLIPS.vit.embedDim) % 4);
  });
  expect([...changed]).toEqual([1]);
});
