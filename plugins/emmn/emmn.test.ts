import { add, grad, interpret, matmul, mul, parameter, reshape } from '../../src/engine';
import type { ObjectiveContext, Terms } from '../../src/method';
import { resolveParameters } from '../../src/method/parameters';
import { contextOf, outputOf } from '../../src/method/testing/objective-of';
import { distance, distanceFrom, type LossCase, readParity } from '../../src/method/testing/parity';
import { TwoLayerClip } from '../../test/support/two-layer-clip';
import emmn from '.';

interface Parity {
  impair: LossCase;
  noise: {
    side: number;
    pixels: number[];
    projection: number[];
    prompts: number[];
    scale: number;
    loss: number;
    gradient: number[];
  };
}

const parity = readParity<Parity>('emmn');

test("the loss of the fine-tuning and its gradients are PyTorch's", async () => {
  expect(await distanceFrom(emmn, parity.impair)).toBeLessThan(1e-9);
});

/** The objective by which the noise of the forgotten class is learned. */
async function noiseObjective(): Promise<(context: ObjectiveContext<'learned'>) => Terms> {
  const resolved = resolveParameters(emmn.params, emmn.presets ?? {}, {});
  if (!resolved.ok) throw new Error('the defaults are valid');
  const objectives: ((context: ObjectiveContext<'learned'>) => Terms)[] = [];
  await emmn.run({
    params: resolved.values,
    train: async () => ({ steps: 0 }),
    evaluate: async () => ({}),
    assign: async () => {},
    gradients: async () => new Map(),
    averages: async () => new Map(),
    synthesise: async () => ({ images: 0, wanted: 0, unreached: [] }),
    learnImages: async (_stage, objective) => {
      objectives.push(objective);
    },
    given: new Set(),
    original: new Map(),
  });
  return objectives[0]!;
}

test("the loss of the noise and its gradient are PyTorch's, with a linear map for an encoder", async () => {
  const { batch, dim, classes, labels } = parity.impair;
  const { side, ...expected } = parity.noise;
  const pixels = parameter('pixels', [batch, 3, side, side]);
  const projection = parameter('projection', [3 * side * side, dim]);
  const known = { classes: classes!, labels: labels!.forget! };
  const learned = outputOf('learned', batch, dim, known, matmul(reshape(pixels, [batch, -1]), projection));
  const objective = await noiseObjective();
  const terms = objective(contextOf({ learned }, { pixels: { learned: pixels } }));
  const loss = Object.values(terms)
    .map(([weight, term]) => mul(weight, term))
    .reduce((a, b) => add(a, b));
  const found = interpret([loss, ...grad(loss, [pixels])], {
    pixels: expected.pixels,
    projection: expected.projection,
    'learned.prompts': expected.prompts,
    'learned.scale': [expected.scale],
  });
  expect(distance(found[0]!.data, [expected.loss])).toBeLessThan(1e-9);
  expect(distance(found[1]!.data, expected.gradient)).toBeLessThan(1e-9);
});

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('noise is made for both sets and shown, and the weights learn from it', async () => {
    const shown: string[] = [];
    const losses: Record<string, number>[] = [];
    const after = await clip.unlearn(
      emmn,
      { perClass: 4, batchSize: 12, learningRate: 1e-4, epochs: 10 },
      {
        without: ['forget', 'retain'],
        onArtifact: (name) => shown.push(name),
        onMessage: (message) => {
          if (message.type === 'metrics' && message.stage === 'impair')
            losses.push(...message.points.map(({ values }) => values));
        },
      },
    );
    expect(shown).toEqual(['noise-of-forget', 'noise-of-retain']);
    expect(losses).toHaveLength(10);
    expect(losses.at(-1)!.loss).toBeLessThan(losses[0]!.loss!);
    expect(after.moved().length).toBeGreaterThan(10);
  });

  test('real images take the place of noise', async () => {
    const shown: string[] = [];
    await clip.unlearn(emmn, { batchSize: 12, epochs: 1 }, { onArtifact: (name) => shown.push(name) });
    expect(shown).toEqual([]);
  });
});
