import {
  type Accuracies,
  adam,
  defineMethod,
  mean,
  type SetName,
  sgd,
  square,
  sum,
  trainable,
  type Verbs,
  zeroShotLoss,
} from '../../src/method';
import type { FromTrainer } from '../../src/trainer/messages';
import type { Snapshot } from '../../src/trainer/snapshot';
import { Cancelled } from '../../src/trainer/stop';
import { type Attempt, TwoLayerClip } from '../support/two-layer-clip';

type Run = (verbs: Verbs<'forget' | 'retain', Record<never, never>>) => Promise<string | undefined>;

const methodOf = (run: Run, makes: readonly ('forget' | 'retain')[] = []) =>
  defineMethod({
    name: 'a-method',
    version: '1.0.0',
    title: 'A method',
    description: 'for a test',
    paper: { title: 'none', url: 'https://example.org' },
    sets: ['forget', 'retain'],
    makes,
    params: {},
    stages: ['first', 'second'],
    run,
  });

const SYNTHESIS = { perClass: 6, start: 1, stepLength: 2, iterations: 40, jitter: 1, confidence: 0.9 };

/** A run without images of the forget set, and everything it said. */
async function unlearnt(clip: TwoLayerClip, run: Run, attempt: Attempt = {}, without: readonly SetName[] = ['forget']) {
  const messages: FromTrainer[] = [];
  const shown: string[] = [];
  const after = await clip.unlearn(
    methodOf(run, ['forget', 'retain']),
    {},
    {
      without,
      onMessage: (message) => messages.push(message),
      onArtifact: (name) => shown.push(name),
      ...attempt,
    },
  );
  return { after, messages, shown };
}

describe.each(['vit', 'resnet'] as const)('a %s', (tower) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('makes images that the model takes for the class, and shows them', async () => {
    let found: Accuracies = {};
    let made: unknown;
    const { after, messages, shown } = await unlearnt(clip, async ({ given, synthesise, evaluate }) => {
      expect([...given]).toEqual(['retain']);
      made = await synthesise('first', SYNTHESIS);
      found = await evaluate('second');
      return undefined;
    });
    expect(made).toEqual({ images: 6, wanted: 6, unreached: [] });
    expect(found.forget).toBe(1);
    expect(after.moved()).toEqual([]);
    expect(shown).toEqual(['first']);
    expect(messages).toContainEqual({ type: 'stage', stage: 'first', totalSteps: 40 });
  });

  test('a class that cannot be reached costs its rounds and no more', async () => {
    let made: unknown;
    const { messages, shown } = await unlearnt(clip, async ({ synthesise, assign }) => {
      // At this temperature no class is ever likelier than another.
      await assign('second', (name, weight) => (name === 'logit_scale' ? weight.map(() => -5) : weight));
      made = await synthesise('first', { ...SYNTHESIS, iterations: 10, confidence: 0.6 });
      return undefined;
    });
    expect(made).toMatchObject({ images: 0, wanted: 6, unreached: ['a'] });
    const steps = messages.flatMap((message) => (message.type === 'metrics' ? message.points : []));
    // from 0.6 down to 0.45 by 0.025 each
    expect(steps).toHaveLength(10 * 7);
    expect(shown).toEqual([]);
  });

  test('synthesis and learned images go on from any snapshot to the same bits', async () => {
    const run: Run = async ({ synthesise, learnImages, train }) => {
      await synthesise('first', { ...SYNTHESIS, confidence: 0.999, iterations: 30 });
      await learnImages('second', ({ model, learned }) => ({ known: [1, zeroShotLoss(model(learned))] }), {
        into: 'learned',
        from: 'retain',
        atMost: 5,
        optimiser: adam(),
        learningRate: 0.1,
        steps: 3,
        batchSize: 3,
      });
      await train(
        'train',
        ({ model, forget, learned }) => ({
          forget: [-1, zeroShotLoss(model(forget))],
          learned: [1, zeroShotLoss(model(learned))],
        }),
        { optimiser: sgd(), learningRate: 1e-3, batchSize: 4, steps: 3, trainable: trainable('image-tower') },
      );
      return undefined;
    };
    const snapshots: Snapshot[] = [];
    const { after } = await unlearnt(clip, run, { onSnapshot: (made) => snapshots.push(made) });
    expect(after.moved().length).toBeGreaterThan(0);
    const some = snapshots.filter((_, i) => i % 5 === 2);
    expect(some.length).toBeGreaterThan(3);
    for (const resume of some) expect((await unlearnt(clip, run, { resume })).after.equals(after)).toBe(true);
  }, 180_000);

  test('images are learned: the loss falls, they start where they are told, and the weights stay', async () => {
    const losses: number[] = [];
    let found: Accuracies = {};
    const { after, messages } = await unlearnt(
      clip,
      async ({ learnImages, evaluate }) => {
        await learnImages(
          'first',
          ({ model, learned }) => ({
            error: [1, zeroShotLoss(model(learned))],
            length: [1e-3, mean(sum(square(learned.pixels), [1, 2, 3]))],
          }),
          {
            into: 'retain',
            from: { classes: 'others', perClass: 3 },
            optimiser: adam(),
            learningRate: 0.03,
            steps: 25,
            batchSize: 9,
          },
        );
        found = await evaluate('second');
        return undefined;
      },
      {},
      ['retain'],
    );
    for (const message of messages)
      if (message.type === 'metrics' && message.stage === 'first')
        losses.push(...message.points.map(({ values }) => values.error!));
    expect(losses).toHaveLength(25);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    expect(found.retain).toBeGreaterThanOrEqual(8 / 9);
    expect(after.moved()).toEqual([]);
  });

  test('are cancelled between two steps', async () => {
    let breaths = 0;
    const breathe = async () => {
      if (++breaths === 4) throw new Cancelled('the run was cancelled');
    };
    const run: Run = async ({ synthesise }) => {
      await synthesise('first', { ...SYNTHESIS, stepLength: 1e-9 });
      return undefined;
    };
    await expect(unlearnt(clip, run, { breathe })).rejects.toThrow(Cancelled);
    expect(breaths).toBe(4);
  });
});
