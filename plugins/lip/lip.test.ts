import { grad, input, interpret, matmul, mul, parameter, reshape, type Tensor } from '../../src/engine';
import { defineMethod } from '../../src/method';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import { distance, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import lip from '.';

interface Parity {
  draws: number;
  std: number;
  batch: number;
  side: number;
  dim: number;
  pixels: number[];
  projection: number[];
  text: number[];
  normals: number[][];
  loss: number;
  gradients: { projection: number[]; text: number[] };
}

test("the loss and its gradients are PyTorch's, with a linear map for an encoder", async () => {
  const { draws, std, batch, side, dim, ...expected } = readParity<Parity>('lip');
  const { objective } = await objectiveOf(lip, { draws });
  const projection = parameter('projection', [3 * side * side, dim]);
  const pixels = input('pixels', [batch, 3, side, side]);
  const encodeImage = (x: Tensor) => matmul(reshape(x, [x.shape[0]!, -1]), projection);
  const forget = outputOf('forget', batch, dim, undefined, encodeImage(pixels));
  const { lipschitz } = objective(contextOf({ forget }, { pixels: { forget: pixels }, encodeImage }));
  const loss = mul(...lipschitz!);
  const found = interpret([loss, ...grad(loss, [projection, forget.textFeatures])], {
    pixels: expected.pixels,
    projection: expected.projection,
    'forget.text': expected.text,
    'level.std': [std],
    ...Object.fromEntries(expected.normals.map((normal, i) => [`normal.${i}`, normal])),
  });
  expect(distance(found[0]!.data, [expected.loss])).toBeLessThan(1e-9);
  expect(distance(found[1]!.data, expected.gradients.projection)).toBeLessThan(1e-9);
  expect(distance(found[2]!.data, expected.gradients.text)).toBeLessThan(1e-9);
});

const cooling = defineMethod({
  name: 'cooling',
  version: '1.0.0',
  title: 'Cooling',
  description: 'for a test',
  paper: { title: 'none', url: 'https://example.org' },
  sets: ['retain'],
  params: {},
  stages: ['cool'],
  run: async ({ assign }) => {
    await assign('cool', (name, weight) => (name === 'logit_scale' ? weight.map(() => -5) : weight));
    return undefined;
  },
});

/** Few images and steps; noise well above the levels' own, for these images are noise themselves. */
const FAST = { perClass: 8, start: 1, stepLength: 2, iterations: 40, jitter: 1, draws: 2, batchSize: 8, noise: 3 };

describe.each([
  ['vit', 0.01],
  ['resnet', 0.01],
] as const)('on a two-layer %s CLIP', (tower, learningRate) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('a class is forgotten from its name alone, and what must not move keeps its bits', async () => {
    const shown: string[] = [];
    const after = await clip.unlearn(
      lip,
      { ...FAST, learningRate, resnetLayers: 100, vitLayers: 100 },
      { without: ['forget'], onArtifact: (name) => shown.push(name) },
    );
    expect(after.outcome).toMatch(
      /^threshold reached at level \d of 7 after \d+ steps: forget accuracy 0\.\d+ on 8 of 8 synthetic images$/,
    );
    expect(shown).toEqual(['synthesise']);
    const moved = after.moved();
    expect(moved.some((name) => name.startsWith('visual.'))).toBe(true);
    expect(moved.some((name) => name.startsWith('transformer.'))).toBe(true);
    const frozen = /embedding|^ln_final|^text_projection|logit_scale/;
    expect(moved.filter((name) => frozen.test(name))).toEqual([]);
    if (tower === 'resnet') expect(moved.filter((name) => /conv\d|downsample/.test(name))).toEqual([]);
  });

  test.each([
    ['image', learningRate],
    ['text', 0.1],
  ] as const)('with towers: %s the other one keeps its bits', async (towers, learningRate) => {
    const after = await clip.unlearn(
      lip,
      { ...FAST, learningRate, resnetLayers: 100, vitLayers: 100, towers, weightDecay: 0 },
      { without: ['forget'] },
    );
    const ofImages = after.moved().map((name) => name.startsWith('visual.'));
    expect(new Set(ofImages)).toEqual(new Set([towers === 'image']));
  });

  test('with steps that help nowhere the levels are used up, and the model is as it was', async () => {
    const after = await clip.unlearn(lip, { ...FAST, learningRate: 1e-9 });
    expect(after.outcome).toBe('levels used up at level 7 of 7 after 7 steps: forget accuracy 1.000 on real images');
    expect(after.moved()).toEqual([]);
  });

  test('a class that no image is taken for ends the run with that outcome', async () => {
    // At this temperature no class is ever likelier than another.
    const cool = await clip.unlearn(cooling, {});
    const after = await cool.unlearn(lip, { ...FAST, iterations: 10, confidence: 0.5 }, { without: ['forget'] });
    expect(after.outcome).toBe('nothing was forgotten: no image was accepted as one of a');
    expect(after.moved()).toEqual(['logit_scale']);
  });
});
