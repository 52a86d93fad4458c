import { distanceFrom, type LossCase, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import gradDiff from '.';

test.each(readParity<LossCase[]>('grad-diff'))('the loss and its gradients are those of PyTorch: %#', async (found) => {
  expect(await distanceFrom(gradDiff, found)).toBeLessThan(1e-9);
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  const STEPS = { preset: 'small', descent: 1, learningRate: 3e-4, batchSize: 16, epochs: 30, validation: 0 };
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('the forget set is climbed away from while the retain set is held', async () => {
    expect(await clip.matched()).toEqual({ forget: 1, retain: 1 });
    const { forget, retain } = await (await clip.unlearn(gradDiff, STEPS)).matched();
    // one image more or less hangs on a processor's rounding
    expect(forget).toBeLessThanOrEqual(0.25);
    expect(retain).toBeGreaterThanOrEqual(0.75);
  });

  test('without its ascent nothing is forgotten', async () => {
    const { forget, retain } = await (await clip.unlearn(gradDiff, { ...STEPS, ascent: 0 })).matched();
    expect(forget).toBeGreaterThanOrEqual(0.75);
    expect(retain).toBeGreaterThanOrEqual(0.75);
  });

  test('without its descent it is gradient ascent, which forgets the retain set too', async () => {
    const after = await (await clip.unlearn(gradDiff, { ...STEPS, descent: 0, learningRate: 1e-2 })).matched();
    expect(after.forget).toBeLessThanOrEqual(0.25);
    expect(after.retain).toBeLessThan(1);
  });
});
