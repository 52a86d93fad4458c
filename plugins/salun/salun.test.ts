import { readParity } from '../../src/method/testing/parity';
import type { Snapshot } from '../../src/trainer/snapshot';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import salun from '.';
import { salient } from './salient';

interface Parity {
  share: number;
  gradient: Record<string, number[]>;
  mask: Record<string, number[]>;
}

test("the mask is PyTorch's: the largest gradients of all weights together", () => {
  const { share, gradient, mask } = readParity<Parity>('salun');
  const found = salient(
    new Map(Object.entries(gradient).map(([name, values]) => [name, Float32Array.from(values)])),
    share,
  );
  expect(Object.fromEntries([...found].map(([name, values]) => [name, [...values]]))).toEqual(mask);
});

describe.each([
  ['vit', { learningRate: 3e-3, epochs: 60 }],
  ['resnet', { learningRate: 5e-5, epochs: 200, alpha: 3 }],
] as const)('on a two-layer %s CLIP', (tower, parameters) => {
  const STEPS = { ...parameters, batchSize: 16 };
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('the forget set becomes random, most of the retain set stays', async () => {
    const after = await (await clip.unlearn(salun, STEPS)).matched();
    expect(after.forget).toBeLessThanOrEqual(0.25);
    expect(after.retain).toBeGreaterThan(0.6);
  });

  test('weights outside the mask stay bit-identical', async () => {
    const after = await clip.unlearn(salun, { ...STEPS, epochs: 3, saliency: 0.1 });
    let [moved, all] = [0, 0];
    for (const [name, { data }] of after.weights) {
      const before = new Uint32Array(clip.weights.get(name)!.data.slice().buffer);
      const now = new Uint32Array(data.slice().buffer);
      moved += now.filter((bits, i) => bits !== before[i]).length;
      all += now.length;
    }
    expect(moved).toBeGreaterThan(all * 0.02);
    expect(moved).toBeLessThanOrEqual(all * 0.1);
  });

  test('a run resumed in either stage ends with the same bits', async () => {
    const snapshots: Snapshot[] = [];
    const few = { ...STEPS, batchSize: 2, epochs: 2 };
    const undisturbed = await clip.unlearn(salun, few, { onSnapshot: (made) => snapshots.push(made) });
    const within = (stage: string) =>
      snapshots.find(({ position }) => position.stage === stage && position.step === 1)!;
    for (const stage of ['saliency', 'unlearn']) {
      const resumed = await clip.unlearn(salun, few, { resume: within(stage) });
      expect(resumed.equals(undisturbed)).toBe(true);
    }
  });
});
