import {
  defineMethod,
  type GradientsByWeight,
  sgd,
  trainable,
  type Verbs,
  type WeightChange,
  zeroShotLoss,
} from '../../src/method';
import type { FromTrainer } from '../../src/trainer/messages';
import type { Snapshot } from '../../src/trainer/snapshot';
import { Cancelled } from '../../src/trainer/stop';
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

let clip: TwoLayerClip;
beforeAll(async () => {
  clip = await TwoLayerClip.taught();
}, 120_000);

describe('gradients', () => {
  const options = { batchSize: 5, trainable: trainable('image-tower') };

  /** A method that does nothing but take the retain set's gradient: 12 images. */
  const taking = (
    change: Partial<typeof options & { squared: boolean }>,
    found: (gradient: GradientsByWeight) => void,
  ) =>
    methodOf(async ({ gradients }) => {
      const loss = await gradients(
        'first',
        'retain',
        ({ model, retain }) => ({ retention: [1, zeroShotLoss(model(retain))] }),
        { ...options, ...change },
      );
      found(loss);
      return undefined;
    });

  async function gradientOf(
    change: Partial<typeof options & { squared: boolean }>,
    attempt: Parameters<TwoLayerClip['unlearn']>[2] = {},
  ): Promise<GradientsByWeight> {
    let gradient: GradientsByWeight | undefined;
    const after = await clip.unlearn(
      taking(change, (found) => {
        gradient = found;
      }),
      {},
      attempt,
    );
    expect(after.moved()).toEqual([]);
    return gradient!;
  }

  test('of uneven batches are those of the whole set, by weight and tower', async () => {
    const whole = await gradientOf({ batchSize: 12 });
    const parts = await gradientOf({ batchSize: 5 });
    expect([...parts.keys()].every((name) => name.startsWith('visual.'))).toBe(true);
    expect(parts.size).toBe(whole.size);
    for (const [name, values] of whole) {
      const largest = Math.max(...values.map(Math.abs));
      for (const [i, value] of values.entries())
        expect(Math.abs(parts.get(name)![i]! - value)).toBeLessThan(1e-4 * largest + 1e-9);
    }
  });

  test('squared one by one are the mean of the single squares', async () => {
    const squared = await gradientOf({ batchSize: 1, squared: true });
    const mean = await gradientOf({ batchSize: 12 });
    // The mean of squares is at least the square of the mean, and more where samples disagree.
    let more = 0;
    for (const [name, values] of mean) {
      const rounding = 1e-4 * Math.max(...values.map(Math.abs)) ** 2;
      for (const [i, value] of values.entries()) {
        expect(squared.get(name)![i]!).toBeGreaterThanOrEqual(value ** 2 - rounding);
        if (squared.get(name)![i]! > 2 * value ** 2) more += 1;
      }
    }
    expect(more).toBeGreaterThan(1000);
  });

  test('report each batch, and go on from any of them to the same bits', async () => {
    const messages: FromTrainer[] = [];
    const snapshots: Snapshot[] = [];
    const undisturbed = await gradientOf(
      {},
      { onMessage: (message) => messages.push(message), onSnapshot: (made) => snapshots.push(made) },
    );
    expect(messages).toContainEqual({ type: 'stage', stage: 'first', totalSteps: 3 });
    const points = messages.flatMap((message) => (message.type === 'metrics' ? message.points : []));
    expect(points.map(({ step, values }) => [step, Object.keys(values).sort()])).toEqual(
      [1, 2, 3].map((step) => [step, ['loss', 'retention']]),
    );
    expect(snapshots).toHaveLength(4); // one after each batch, one when the stage is over
    for (const snapshot of snapshots) expect(await gradientOf({}, { resume: snapshot })).toEqual(undisturbed);
  });

  test('are cancelled between two batches', async () => {
    let breaths = 0;
    const breathe = async () => {
      if (++breaths === 2) throw new Cancelled('the run was cancelled');
    };
    await expect(gradientOf({ batchSize: 1 }, { breathe })).rejects.toThrow(Cancelled);
    expect(breaths).toBe(2);
  });
});

describe('evaluate', () => {
  test('of a change leaves the weights as they are, and keeps each number', async () => {
    const messages: FromTrainer[] = [];
    const zero: WeightChange = (name, weight) => (name.startsWith('visual.proj') ? weight.map(() => 0) : weight);
    const accuracies: unknown[] = [];
    const after = await clip.unlearn(
      methodOf(async ({ evaluate }) => {
        accuracies.push(await evaluate('first'), await evaluate('first', zero), await evaluate('first'));
        return undefined;
      }),
      {},
      { onMessage: (message) => messages.push(message) },
    );
    expect(after.moved()).toEqual([]);
    expect(accuracies[0]).toEqual({ forget: 1, retain: 1 });
    expect(accuracies[1]).not.toEqual(accuracies[0]);
    expect(accuracies[2]).toEqual(accuracies[0]);
    const points = messages.flatMap((message) => (message.type === 'metrics' ? message.points : []));
    expect(points.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(messages.filter(({ type }) => type === 'stage')).toHaveLength(1);
  });
});

describe('assign', () => {
  const noisy = methodOf(async ({ assign }) => {
    await assign('first', (name, weight, _original, random) =>
      name === 'visual.proj' ? weight.map((value) => value + random.normal()) : weight,
    );
    return undefined;
  });

  test("draws by the run's seed and touches nothing else", async () => {
    const once = await clip.unlearn(noisy, {}, { seed: 4 });
    expect(once.moved()).toEqual(['visual.proj']);
    expect((await clip.unlearn(noisy, {}, { seed: 4 })).equals(once)).toBe(true);
    expect((await clip.unlearn(noisy, {}, { seed: 5 })).equals(once)).toBe(false);
  });
});

test('of two stages of one name, the second begins at its beginning after a retry', async () => {
  const twice = methodOf(async ({ train }) => {
    for (const _ of [1, 2]) {
      await train('first', ({ model, retain }) => ({ retention: [1, zeroShotLoss(model(retain))] }), {
        optimiser: sgd({ momentum: 0.9 }),
        learningRate: 1e-3,
        batchSize: 16,
        epochs: 3,
        trainable: trainable('image-tower'),
      });
    }
    return undefined;
  });
  const snapshots: Snapshot[] = [];
  const undisturbed = await clip.unlearn(twice, {}, { onSnapshot: (made) => snapshots.push(made) });
  for (const snapshot of snapshots) {
    const resumed = await clip.unlearn(twice, {}, { resume: snapshot });
    expect(resumed.equals(undisturbed)).toBe(true);
  }
});
