import { distance, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import taskNegation from '.';
import { negated } from './negated';

const STEPS = { learningRate: 1e-3, batchSize: 4, epochs: 10, maxCoefficient: 4, candidates: 8 };

interface Parity {
  coefficient: number;
  original: number[];
  tuned: number[];
  negated: number[];
}

test('on a two-layer ViT CLIP the forget set goes as far as the control set stays at 95 %', async () => {
  const clip = await TwoLayerClip.taught('vit');
  const after = await clip.unlearn(taskNegation, STEPS);
  expect(await after.matched()).toEqual({ forget: 0, retain: 1 });
  expect(after.outcome).toBe('coefficient 2: forget 0.000, retain 1.000 of 1.000');
  expect(after.moved().length).toBeGreaterThan(10);
  expect(after.moved().every((name) => name.startsWith('visual.'))).toBe(true);
}, 120_000);

test("the new weights are PyTorch's", () => {
  const { coefficient, original, tuned, negated: expected } = readParity<Parity>('task-negation');
  expect(distance(negated(Float32Array.from(tuned), Float32Array.from(original), coefficient), expected)).toBeLessThan(
    1e-6,
  );
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('where no coefficient leaves enough of the control set, the model stays as it was', async () => {
    const after = await clip.unlearn(taskNegation, { ...STEPS, learningRate: 0.3, candidates: 2 });
    expect(after.outcome).toMatch(/^coefficient 0:/);
    expect(after.moved()).toEqual([]);
  });
});
