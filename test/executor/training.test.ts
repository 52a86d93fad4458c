import {
  type Accuracies,
  adam,
  defineMethod,
  type GradientsByWeight,
  mul,
  sgd,
  strongest,
  type Training,
  type TrainOutcome,
  trainable,
  type Verbs,
  zeroShotLoss,
} from '../../src/method';
import type { Snapshot } from '../../src/trainer/snapshot';
import { TwoLayerClip } from '../support/two-layer-clip';

type Run = (verbs: Verbs<'forget' | 'retain', Record<never, never>>) => Promise<string | undefined>;

const methodOf = (run: Run) =>
  defineMethod({
    name: 'a-method',
    version: '1.0.0',
    title: 'A method',
    description: 'for a test',
    paper: { title: 'none', url: 'https://example.org' },
    sets: ['forget', 'retain'],
    params: {},
    stages: ['first', 'second'],
    run,
  });

/** One pass over the forget set is one step. */
const STEP = { optimiser: sgd(), learningRate: 1e-2, batchSize: 16, trainable: trainable('image-tower') } as const;

let clip: TwoLayerClip;
beforeAll(async () => {
  clip = await TwoLayerClip.taught();
}, 120_000);

/** A method that only climbs the forget set's loss. */
const climbing = (training: Training, heard: (outcome: TrainOutcome) => void = () => {}) =>
  methodOf(async ({ train }) => {
    heard(await train('first', ({ model, forget }) => ({ forgetting: [-1, zeroShotLoss(model(forget))] }), training));
    return undefined;
  });

const difference = (after: TwoLayerClip, name: string) => {
  const start = clip.weights.get(name)!;
  return { shape: start.shape, data: after.weights.get(name)!.data.map((value, i) => value - start.data[i]!) };
};

describe('levels', () => {
  const pushing = (levels: readonly number[], heard: (outcome: TrainOutcome, found: Accuracies) => void = () => {}) =>
    methodOf(async ({ train, evaluate }) => {
      const outcome = await train(
        'first',
        ({ model, forget, level }) => ({ pushed: [-1, mul(level('push'), zeroShotLoss(model(forget)))] }),
        {
          ...STEP,
          optimiser: sgd({ momentum: 0.9 }),
          learningRate: 3,
          epochs: 12,
          levels: { values: levels.map((push) => ({ push })), measure: ({ forget = 1 }) => forget },
          until: ({ forget = 1 }) => forget === 0,
        },
      );
      heard(outcome, await evaluate('second'));
      return undefined;
    });

  test('a level that does not help is left, and what it did is taken back', async () => {
    let outcome: TrainOutcome | undefined;
    let found: Accuracies = {};
    const after = await clip.unlearn(
      pushing([0, 0, 100], (...said) => {
        [outcome, found] = said;
      }),
      {},
    );
    expect(outcome).toMatchObject({ level: 2, usedUp: false, accuracies: { forget: 0 } });
    expect(found.forget).toBe(0);
    expect(after.moved().length).toBeGreaterThan(0);
  });

  test('when no level is left the model is as it was, if none helped', async () => {
    let outcome: TrainOutcome | undefined;
    const after = await clip.unlearn(
      pushing([0, 1e-6], (said) => {
        outcome = said;
      }),
      {},
    );
    expect(outcome).toMatchObject({ steps: 2, level: 1, usedUp: true, accuracies: { forget: 1, retain: 1 } });
    expect(after.moved()).toEqual([]);
  });

  test('a run resumed at any step climbs as the undisturbed one', async () => {
    const snapshots: Snapshot[] = [];
    const undisturbed = await clip.unlearn(
      pushing([0, 1e-3, 0.1, 1]),
      {},
      { onSnapshot: (made) => snapshots.push(made) },
    );
    expect(snapshots.length).toBeGreaterThan(4);
    for (const resume of snapshots) {
      const resumed = await clip.unlearn(pushing([0, 1e-3, 0.1, 1]), {}, { resume });
      expect(resumed.equals(undisturbed)).toBe(true);
    }
  });
});

describe('LoRA', () => {
  const layer = 'visual.transformer.resblocks.0.mlp.c_fc.weight';
  const training: Training = {
    ...STEP,
    optimiser: adam(),
    steps: 4,
    trainable: (name) => name === layer,
    lora: { rank: 1, alpha: 2 },
  };

  test('is merged into the weight it was trained for: a change of its rank, and nothing else moves', async () => {
    const after = await clip.unlearn(climbing(training), {});
    expect(after.moved()).toEqual([layer]);
    const { shape, data } = difference(after, layer);
    const width = shape[1]!;
    // Every row is a multiple of the row with the greatest entry.
    const pivot = data.reduce((best, value, i) => (Math.abs(value) > Math.abs(data[best]!) ? i : best), 0);
    const [row, column] = [Math.floor(pivot / width), pivot % width];
    const largest = Math.abs(data[pivot]!);
    expect(largest).toBeGreaterThan(1e-4);
    for (let i = 0; i < data.length; i++) {
      const expected =
        (data[row * width + (i % width)]! * data[Math.floor(i / width) * width + column]!) / data[pivot]!;
      expect(Math.abs(data[i]! - expected)).toBeLessThan(1e-3 * largest);
    }
  });

  test('goes on from any snapshot to the same bits, and starts elsewhere for another seed', async () => {
    const snapshots: Snapshot[] = [];
    const undisturbed = await clip.unlearn(climbing(training), {}, { onSnapshot: (made) => snapshots.push(made) });
    for (const resume of snapshots)
      expect((await clip.unlearn(climbing(training), {}, { resume })).equals(undisturbed)).toBe(true);
    expect((await clip.unlearn(climbing(training), {}, { seed: 2 })).equals(undisturbed)).toBe(false);
  });

  test('of nothing it can change, or with an average, is refused in words', async () => {
    const norms = climbing({ ...training, trainable: (name) => name.includes('.ln_') });
    await expect(clip.unlearn(norms, {})).rejects.toThrow('no matrix or convolution that LoRA can change is selected');
    await expect(clip.unlearn(climbing({ ...training, average: 0.9 }), {})).rejects.toThrow('cannot be averaged');
  });
});

describe('the moving average', () => {
  test.each([1, 3])('of %d steps from the original is what the stage ends with', async (steps) => {
    const name = 'visual.proj';
    const decay = 0.75;
    const path = await Promise.all(
      Array.from({ length: steps }, async (_, i) => clip.unlearn(climbing({ ...STEP, steps: i + 1 }), {})),
    );
    const averaged = await clip.unlearn(climbing({ ...STEP, steps, average: decay }), {});
    let expected = Float64Array.from(clip.weights.get(name)!.data);
    for (const at of path) {
      const now = at.weights.get(name)!.data;
      expected = expected.map((value, i) => decay * value + (1 - decay) * now[i]!);
    }
    const found = averaged.weights.get(name)!.data;
    for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-6);
    expect(averaged.moved().sort()).toEqual(path.at(-1)!.moved().sort());
  });

  test('begins where it is told: at the stage, after another has moved the weights', async () => {
    const after = (averageFrom: 'original' | 'stage') =>
      clip.unlearn(
        methodOf(async ({ train }) => {
          const objective: Parameters<typeof train>[1] = ({ model, forget }) => ({
            forgetting: [-1, zeroShotLoss(model(forget))],
          });
          await train('first', objective, { ...STEP, learningRate: 0.1, steps: 3 });
          await train('second', objective, { ...STEP, steps: 1, average: 0.999, averageFrom });
          return undefined;
        }),
        {},
      );
    const [original, stage] = [await after('original'), await after('stage')];
    const far = (end: TwoLayerClip) => Math.hypot(...difference(end, 'visual.proj').data);
    expect(far(original)).toBeLessThan(far(stage) / 100);
  });
});

test('of a selection, only the weights with the largest mean gradient move in a step', async () => {
  let gradients: GradientsByWeight = new Map();
  let looks = 0;
  const after = await clip.unlearn(
    methodOf(async ({ gradients: take, train }) => {
      gradients = await take('first', 'forget', ({ model, forget }) => ({ known: [1, zeroShotLoss(model(forget))] }), {
        batchSize: 16,
        trainable: trainable('image-tower'),
      });
      await train('second', ({ model, forget }) => ({ known: [1, zeroShotLoss(model(forget))] }), {
        ...STEP,
        steps: 1,
        // every epoch is kept
        levels: { values: [{ few: 2 }], measure: () => -++looks },
        select: strongest([{ among: (name) => name.includes('transformer'), count: 'few' }]),
      });
      return undefined;
    }),
    {},
  );
  const strength = (name: string) =>
    gradients.get(name)!.reduce((sum, g) => sum + Math.abs(g), 0) / gradients.get(name)!.length;
  const [contenders, others] = [true, false].map((inside) =>
    [...gradients.keys()].filter((name) => name.includes('transformer') === inside),
  ) as [string[], string[]];
  const winners = contenders.sort((a, b) => strength(b) - strength(a)).slice(0, 2);
  expect(after.moved().sort()).toEqual([...winners, ...others].sort());
});
