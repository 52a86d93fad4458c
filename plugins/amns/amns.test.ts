import { distanceFrom, type LossCase, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import amns from '.';

test("the loss and its gradients are PyTorch's", async () => {
  expect(await distanceFrom(amns, readParity<LossCase>('amns'))).toBeLessThan(1e-9);
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  const FAST = { perClass: 8, stepLength: 2, iterations: 40, jitter: 1, batchSize: 8, learningRate: 1e-3 };
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('images made from the name learn the names of other classes', async () => {
    const before = await clip.unlearn(amns, { ...FAST, epochs: 1, learningRate: 1e-9 }, { without: ['forget'] });
    expect(before.outcome).toBe('8 of 8 synthetic images');
    const losses: number[] = [];
    await clip.unlearn(
      amns,
      { ...FAST, epochs: 40 },
      {
        without: ['forget'],
        onMessage: (message) => {
          if (message.type === 'metrics' && message.stage === 'relabel')
            losses.push(...message.points.map(({ values }) => values.relabelled!));
        },
      },
    );
    expect(losses).toHaveLength(40);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8);
  });

  test('real forget images are taken where there are some, and no image is made', async () => {
    const shown: string[] = [];
    const after = await clip.unlearn(amns, { ...FAST, epochs: 2 }, { onArtifact: (name) => shown.push(name) });
    expect(after.outcome).toBeUndefined();
    expect(shown).toEqual([]);
    expect(after.moved().length).toBeGreaterThan(10);
  });
});
