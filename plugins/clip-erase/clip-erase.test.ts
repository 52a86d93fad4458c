import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { add, constant, grad, interpret, mul, type Tensor } from '../../src/engine';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import clipErase from '.';

interface Parity {
  batch: number;
  dim: number;
  weights: Record<string, number>;
  cases: {
    features: Record<string, number[]>;
    scales: Record<string, number>;
    terms: Record<string, number>;
    loss: number;
    gradients: Record<string, number[]>;
  }[];
}
// Not imported: tsc does not carry JSON into dist.
const parity: Parity = JSON.parse(readFileSync(join(__dirname, '../../../plugins/clip-erase/parity.json'), 'utf8'));

describe('the loss and its gradients are those of PyTorch', () => {
  test.each(parity.cases.map((found, index) => [index, found] as const))('case %i', async (_, expected) => {
    const { objective } = await objectiveOf(clipErase, parity.weights);
    const forget = outputOf('forget', parity.batch, parity.dim);
    const retain = outputOf('retain', parity.batch, parity.dim);
    const original = outputOf('original', parity.batch, parity.dim);
    const terms = objective(contextOf({ forget, retain }, { original: { retain: original } }));
    const loss = Object.values(terms).reduce(
      (sum: Tensor, [weight, term]) => add(sum, mul(weight, term)),
      constant([0], []),
    );
    const wrt = {
      'forget.image': forget.imageFeatures,
      'forget.text': forget.textFeatures,
      'retain.image': retain.imageFeatures,
      'retain.text': retain.textFeatures,
      'retain.scale': retain.logitScale,
    };
    const feeds = {
      ...expected.features,
      ...Object.fromEntries(Object.entries(expected.scales).map(([name, value]) => [name, [value]])),
    };
    const names = Object.keys(terms);
    const found = interpret([loss, ...names.map((name) => terms[name]![1]), ...grad(loss, Object.values(wrt))], feeds);
    expect(found[0]!.data[0]).toBeCloseTo(expected.loss, 10);
    for (const [i, name] of names.entries()) expect(found[1 + i]!.data[0]).toBeCloseTo(expected.terms[name]!, 10);
    for (const [i, name] of Object.keys(wrt).entries()) {
      const values = [...found[1 + names.length + i]!.data];
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(expected.gradients[name]![at]!, 9);
    }
  });
});

/** The forget set is one batch, so that a pass is a step. */
const THIRTY_STEPS = { batchSize: 16, epochs: 30, validation: 0 };

describe('in the words of the paper, on a two-layer CLIP', () => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught();
  }, 120_000);

  test('it unlearns matched forget pairs and keeps matched retain pairs', async () => {
    const before = await clip.matched();
    expect(before).toEqual({ forget: 1, retain: 1 });
    const after = await (await clip.unlearn(clipErase, { learningRate: 1e-3, lambda1: 1, ...THIRTY_STEPS })).matched();
    expect(after.forget).toBeLessThanOrEqual(0.25);
    expect(after.retain).toBe(1);
  });

  test('at the original weights the consistency term is zero', async () => {
    const { consistency } = await clip.terms(clipErase, {});
    expect(consistency).toBeCloseTo(0, 5);
  });

  test('with l1 = 0 nothing is forgotten', async () => {
    const after = await clip.unlearn(clipErase, { learningRate: 1e-3, lambda1: 0, ...THIRTY_STEPS });
    expect(await after.matched()).toEqual({ forget: 1, retain: 1 });
  });

  test('the logit scale stays within its bounds', async () => {
    const after = await clip.unlearn(clipErase, { learningRate: 0.3, maxLogitScale: 3, ...THIRTY_STEPS, epochs: 3 });
    expect(after.weights.get('logit_scale')!.data[0]).toBeLessThanOrEqual(3);
  });
});
