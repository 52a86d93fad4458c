import { distance, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import ssd from '.';
import { dampened } from './dampened';

interface Parity {
  weight: number[];
  forget: number[];
  retain: number[];
  cases: { selection: number; dampening: number; exponent: number; dampened: number[] }[];
}

const { cases, ...given } = readParity<Parity>('ssd');

test.each(cases)("the new weights are PyTorch's: alpha $selection, lambda $dampening, power $exponent", (found) => {
  const [weight, f, r] = [given.weight, given.forget, given.retain].map((values) => Float32Array.from(values));
  const { values, selected } = dampened(weight!, f!, r!, found);
  expect(distance(values, found.dampened)).toBeLessThan(1e-6);
  expect(selected).toBeGreaterThan(0);
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('the forget set loses more than the retain set, and no weight grows', async () => {
    const after = await clip.unlearn(ssd, { selection: 3 });
    const [before, now] = [await clip.losses(), await after.losses()];
    expect(now.forget! / before.forget!).toBeGreaterThan(10);
    expect(now.forget! / before.forget!).toBeGreaterThan((3 * now.retain!) / before.retain!);
    for (const [name, { data }] of after.weights) {
      const start = clip.weights.get(name)!.data;
      expect(data.every((value, i) => Math.abs(value) <= Math.abs(start[i]!))).toBe(true);
    }
    expect(after.moved().every((name) => name.startsWith('visual.'))).toBe(true);
  });
});

test('where nothing is selected, every bit stays', async () => {
  const clip = await TwoLayerClip.taught('vit');
  const after = await clip.unlearn(ssd, { selection: 1e6 });
  expect(after.outcome).toMatch(/^0 of \d+ weights dampened$/);
  expect(after.moved()).toEqual([]);
}, 120_000);
