import { distance, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import fisher from '.';
import { scrambled } from './scrambled';

type Parity = Record<'weight' | 'fisher' | 'normal' | 'scrambled', number[]> & { scale: number };

test("the new weights are PyTorch's", () => {
  const { weight, fisher: information, normal, scale, scrambled: expected } = readParity<Parity>('fisher');
  let next = 0;
  const found = scrambled(Float32Array.from(weight), Float32Array.from(information), scale, () => normal[next++]!);
  expect(distance(found, expected)).toBeLessThan(1e-6);
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  /** How far the weights went, as a root mean square. */
  const shift = (after: TwoLayerClip) => {
    const squares = [...after.weights].flatMap(([name, { data }]) =>
      [...data].map((value, i) => (value - clip.weights.get(name)!.data[i]!) ** 2),
    );
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  };

  test('twice the scale is twice the noise, the seed decides it, and only the image tower moves', async () => {
    const once = await clip.unlearn(fisher, { scale: 1 });
    const twice = await clip.unlearn(fisher, { scale: 2 });
    expect(shift(once)).toBeGreaterThan(0);
    expect(shift(twice) / shift(once)).toBeCloseTo(2, 3);
    expect(once.moved().every((name) => name.startsWith('visual.'))).toBe(true);
    expect((await clip.unlearn(fisher, { scale: 1 })).equals(once)).toBe(true);
    expect((await clip.unlearn(fisher, { scale: 1 }, { seed: 2 })).equals(once)).toBe(false);
  });

  test('without noise every bit stays', async () => {
    expect((await clip.unlearn(fisher, { scale: 0 })).moved()).toEqual([]);
  });
});
