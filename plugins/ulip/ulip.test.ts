import { grad, input, interpret, matmul, mul, parameter, reshape, type Tensor } from '../../src/engine';
import type { ClipOutput } from '../../src/method';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import { distance, readParity } from '../../src/method/testing/parity';
import type { Snapshot } from '../../src/trainer/snapshot';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import ulip from '.';

interface Parity {
  draws: number;
  std: number;
  batch: number;
  side: number;
  dim: number;
  pixels: number[];
  projection: number[];
  normal: number[];
  loss: number;
  gradient: number[];
}

test("the loss and its gradient are PyTorch's, with a linear map for an encoder", async () => {
  const { draws, std, batch, side, dim, ...expected } = readParity<Parity>('ulip');
  const { objective } = await objectiveOf(ulip, { draws, std });
  const projection = parameter('projection', [3 * side * side, dim]);
  const pixels = input('pixels', [batch, 3, side, side]);
  const encodeImage = (x: Tensor) => matmul(reshape(x, [x.shape[0]!, -1]), projection);
  const forget: ClipOutput = Object.create(outputOf('forget', batch, dim), {
    imageFeatures: { value: encodeImage(pixels) },
  });
  const { lipschitz } = objective(contextOf({ forget }, { pixels: { forget: pixels }, encodeImage }));
  const loss = mul(...lipschitz!);
  const found = interpret([loss, ...grad(loss, [projection])], {
    pixels: expected.pixels,
    projection: expected.projection,
    'normal.0': expected.normal,
  });
  expect(distance(found[0]!.data, [expected.loss])).toBeLessThan(1e-9);
  expect(distance(found[1]!.data, expected.gradient)).toBeLessThan(1e-9);
});

describe.each([
  ['vit', 0.3, 0.5],
  ['resnet', 1e-5, 0.95],
] as const)('on a two-layer %s CLIP', (tower, learningRate, share) => {
  const STEPS = { draws: 4, learningRate, epochs: 20 };
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('the features of the forget images change less under noise, and only the image tower moves', async () => {
    const losses: number[] = [];
    const after = await clip.unlearn(ulip, STEPS, {
      onMessage: (message) => {
        if (message.type === 'metrics') losses.push(...message.points.map(({ values }) => values.lipschitz!));
      },
    });
    expect(losses).toHaveLength(20);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * share);
    expect(after.moved().every((name) => name.startsWith('visual.'))).toBe(true);
  });

  test('a resumed run draws the noise that the undisturbed one drew; another seed draws other noise', async () => {
    const snapshots: Snapshot[] = [];
    const undisturbed = await clip.unlearn(
      ulip,
      { ...STEPS, epochs: 4 },
      { onSnapshot: (made) => snapshots.push(made) },
    );
    const half = snapshots.find(({ position }) => position.step === 2)!;
    const resumed = await clip.unlearn(ulip, { ...STEPS, epochs: 4 }, { resume: half });
    expect(resumed.equals(undisturbed)).toBe(true);
    const other = await clip.unlearn(ulip, { ...STEPS, epochs: 4 }, { seed: 2 });
    expect(other.equals(undisturbed)).toBe(false);
  });
});
