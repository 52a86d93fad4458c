import { distanceFrom, type LossCase, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import amnsRetain from '.';

test("the loss and its gradients are PyTorch's, on features of the relabelled captions", async () => {
  expect(await distanceFrom(amnsRetain, readParity<LossCase>('amns-retain'))).toBeLessThan(1e-9);
});

describe.each([
  ['vit', 1e-3, 5],
  ['resnet', 3e-3, 40],
] as const)('on a two-layer %s CLIP', (tower, learningRate, epochs) => {
  const STEPS = { learningRate, batchSize: 16, epochs };
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('the seed decides who becomes what', async () => {
    const few = { ...STEPS, epochs: 2 };
    const first = await clip.unlearn(amnsRetain, few);
    expect((await clip.unlearn(amnsRetain, few)).equals(first)).toBe(true);
    expect((await clip.unlearn(amnsRetain, few, { seed: 2 })).equals(first)).toBe(false);
  });
});

// not on the ResNet: whether four images leave their class at all hangs there on the last bits of a processor's rounding
test('the forget images go to other classes and most retain images stay with theirs', async () => {
  const clip = await TwoLayerClip.taught('vit');
  const after = await (await clip.unlearn(amnsRetain, { learningRate: 1e-3, batchSize: 16, epochs: 5 })).matched();
  expect(after.forget).toBeLessThanOrEqual(0.25);
  expect(after.retain).toBeGreaterThan(0.5);
}, 120_000);
