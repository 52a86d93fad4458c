import { distance, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import slug from '.';
import { bisect } from './bisect';
import { layersOf, pareto } from './layers';

type Tensors = Record<string, number[]>;
interface Parity {
  original: Tensors;
  forget: Tensors;
  retain: Tensors;
  importance: Record<string, number>;
  alignment: Record<string, number>;
  pareto: string[];
}

test("importance, alignment and the Pareto front are PyTorch's", () => {
  const { original, forget, retain, ...expected } = readParity<Parity>('slug');
  const float = (tensors: Tensors) =>
    new Map(Object.entries(tensors).map(([name, values]) => [name, Float32Array.from(values)] as const));
  const weights = new Map([...float(original)].map(([name, data]) => [name, { shape: [data.length], data }]));
  const layers = layersOf(weights, float(forget), float(retain));
  expect(layers.map(({ name }) => name).sort()).toEqual(Object.keys(expected.importance).sort());
  for (const { name, importance, alignment } of layers) {
    expect(distance([importance, alignment], [expected.importance[name]!, expected.alignment[name]!])).toBeLessThan(
      1e-6,
    );
  }
  expect(
    pareto(layers)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...expected.pareto].sort());
});

test('the bisection ends near the shortest step that forgets', async () => {
  const found = await bisect(0.1, 12, 1, 0, async (rho) => ({ forget: rho > 0.7 ? 0 : 1, retain: 1 - rho / 10 }));
  expect(found.forget).toBe(0);
  expect(found.rho).toBeGreaterThan(0.7);
  expect(found.rho).toBeLessThan(0.71);
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  test('one step in one layer makes it forget and retain', async () => {
    const clip = await TwoLayerClip.taught(tower);
    const after = await clip.unlearn(slug, {});
    const [layer] = after.outcome!.split(',');
    expect(after.moved()).toEqual([layer]);
    const { forget = 1, retain = 0 } = await after.matched();
    expect(forget).toBeLessThanOrEqual(0.25);
    expect(retain).toBeGreaterThanOrEqual(0.75);
  }, 180_000);
});
