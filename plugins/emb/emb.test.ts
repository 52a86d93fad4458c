import { add, grad, input, interpret, matmul, mul, parameter, reshape, type Tensor } from '../../src/engine';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import { distance, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import emb from '.';

interface Parity {
  draws: number;
  std: number;
  batch: number;
  side: number;
  dim: number;
  alpha: number;
  pixels: number[];
  projection: number[];
  text: number[];
  normals: number[][];
  cases: { norm: string; loss: number; gradients: { projection: number[]; text: number[] } }[];
}

const parity = readParity<Parity>('emb');

test.each(parity.cases)(
  "the loss and its gradients in norm $norm are PyTorch's",
  async ({ norm, loss: total, gradients }) => {
    const { draws, std, batch, side, dim, alpha, ...given } = parity;
    const { objective } = await objectiveOf(emb, { draws, alpha, norm });
    const projection = parameter('projection', [3 * side * side, dim]);
    const pixels = input('pixels', [batch, 3, side, side]);
    const encodeImage = (x: Tensor) => matmul(reshape(x, [x.shape[0]!, -1]), projection);
    const forget = outputOf('forget', batch, dim, undefined, encodeImage(pixels));
    const terms = objective(contextOf({ forget }, { pixels: { forget: pixels }, encodeImage }));
    const loss = Object.values(terms)
      .map(([weight, term]) => mul(weight, term))
      .reduce((a, b) => add(a, b));
    const found = interpret([loss, ...grad(loss, [projection, forget.textFeatures])], {
      pixels: given.pixels,
      projection: given.projection,
      'forget.text': given.text,
      'level.std': [std],
      ...Object.fromEntries(given.normals.map((normal, i) => [`normal.${i}`, normal])),
    });
    expect(distance(found[0]!.data, [total])).toBeLessThan(1e-9);
    expect(distance(found[1]!.data, gradients.projection)).toBeLessThan(1e-9);
    expect(distance(found[2]!.data, gradients.text)).toBeLessThan(1e-9);
  },
);

test('on a two-layer CLIP a class is forgotten from its name alone, in either norm', async () => {
  const clip = await TwoLayerClip.taught('vit');
  for (const norm of ['1', '2']) {
    const parameters = { perClass: 8, stepLength: 2, iterations: 40, jitter: 1, draws: 2, batchSize: 8, noise: 3 };
    const after = await clip.unlearn(
      emb,
      { ...parameters, norm, learningRate: 0.01, vitLayers: 100, alpha: 3 },
      { without: ['forget'] },
    );
    expect(after.outcome).toMatch(/^threshold reached at level \d of 7/);
    expect(after.moved().filter((name) => /embedding|^ln_final|^text_projection|logit_scale/.test(name))).toEqual([]);
  }
}, 120_000);
