import { grad, interpret, mean, mul, parameter, type Tensor, variance } from '../../src/engine';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import { distance, readParity } from '../../src/method/testing/parity';
import type { FromTrainer } from '../../src/trainer/messages';
import type { Snapshot } from '../../src/trainer/snapshot';
import { type Attempt, TwoLayerClip } from '../../test/support/two-layer-clip';
import threeStage from '.';
import { misalignment } from './alignment';
import { relativeFisher } from './layers';
import { searchSoup } from './soup';

type Tensors = Record<string, number[]>;
interface Parity {
  fisher: { forget: Tensors; retain: Tensors; ratios: Record<string, number> };
  alignment: {
    shapes: Record<string, number[]>;
    activations: Tensors;
    targets: Record<string, { mean: number[]; variance: number[] }>;
    loss: number;
    gradients: Tensors;
  };
  similarity: { image: number[]; text: number[]; loss: number; gradients: { image: number[]; text: number[] } };
}
const parity = readParity<Parity>('three-stage');
const floats = (tensors: Tensors) =>
  new Map(Object.entries(tensors).map(([name, values]) => [name, Float32Array.from(values)] as const));

describe("what it computes is PyTorch's", () => {
  test('the relative Fisher information, the highest first', () => {
    const { forget, retain, ratios } = parity.fisher;
    const found = relativeFisher(floats(forget), floats(retain));
    expect(found.map(({ name }) => name)).toEqual(Object.keys(ratios).sort((a, b) => ratios[b]! - ratios[a]!));
    for (const { name, ratio } of found) expect(Math.abs(ratio / ratios[name]! - 1)).toBeLessThan(1e-6);
  });

  test('the misalignment of statistics, and its gradient', () => {
    const { shapes, activations, targets, ...expected } = parity.alignment;
    const leaves = Object.entries(shapes).map(([name, shape]) => [name, parameter(name, shape)] as const);
    const statistics = new Map(
      leaves.map(([name, x]) => {
        const axes = x.shape.length === 4 ? [0, 2, 3] : [0, 1];
        return [name, { mean: mean(x, axes), variance: variance(x, axes) }];
      }),
    );
    // A target's float32 is what a checkpoint would hold; the reference has it in float64.
    const loss = misalignment(
      statistics,
      new Map(
        Object.entries(targets).map(([name, target]) => [
          name,
          { mean: Float32Array.from(target.mean), variance: Float32Array.from(target.variance) },
        ]),
      ),
    );
    const wrt: Tensor[] = leaves.map(([, x]) => x);
    const found = interpret([loss, ...grad(loss, wrt)], activations);
    expect(distance(found[0]!.data, [expected.loss])).toBeLessThan(1e-6);
    for (const [i, [name]] of leaves.entries())
      expect(distance(found[1 + i]!.data, expected.gradients[name]!)).toBeLessThan(1e-6);
  });

  test('the similarity that is minimised', async () => {
    const { objective } = await objectiveOf(threeStage, { relativeFisher: false, remindSteps: 0, soup: false });
    const forget = outputOf('forget', 4, 6);
    const { similarity } = objective(contextOf({ forget }));
    const loss = mul(...similarity!);
    const { image, text, ...expected } = parity.similarity;
    const found = interpret([loss, ...grad(loss, [forget.imageFeatures, forget.textFeatures])], {
      'forget.image': image,
      'forget.text': text,
    });
    expect(distance(found[0]!.data, [expected.loss])).toBeLessThan(1e-9);
    expect(distance(found[1]!.data, expected.gradients.image)).toBeLessThan(1e-9);
    expect(distance(found[2]!.data, expected.gradients.text)).toBeLessThan(1e-9);
  });

  test('λ times that while reminding, and nothing of it where λ is 0', async () => {
    const [forget, retain] = [outputOf('forget', 4, 6), outputOf('retain', 4, 6)];
    const reminding = async (hold: number) => {
      const { objective } = await objectiveOf(threeStage, {
        relativeFisher: false,
        alignment: false,
        soup: false,
        hold,
      });
      return objective(contextOf({ forget, retain }));
    };
    expect(Object.keys(await reminding(0))).toEqual(['retention']);
    const [weight, value] = (await reminding(2)).similarity!;
    expect(weight).toBe(2);
    const { image, text, loss } = parity.similarity;
    const [found] = interpret([value], { 'forget.image': image, 'forget.text': text });
    expect(distance(found!.data, [loss])).toBeLessThan(1e-9);
  });
});

test('of the soups that keep the bound, the one that calibrates best is taken', async () => {
  const curve = async (a: number) => ({ forget: 1 - a, calibration: 1 - a / 2 });
  const { a, accuracies } = await searchSoup(10, 0.25, curve);
  expect(a).toBeCloseTo(0.76, 9);
  expect(accuracies.forget).toBeCloseTo(0.24, 9);
  expect((await searchSoup(10, -1, curve)).a).toBe(1);
});

const FAST = {
  fisherBatch: 4,
  forgetRate: 0.02,
  forgetEpochs: 20,
  alignSteps: 4,
  remindSteps: 4,
  remindRate: 1e-4,
  emaFrom: 'stage',
  points: 4,
  batchSize: 8,
};

/** The stages of a run, in the order they began. */
async function stagesOf(clip: TwoLayerClip, parameters: Record<string, unknown>, attempt: Attempt = {}) {
  const messages: FromTrainer[] = [];
  const after = await clip.unlearn(
    threeStage,
    { ...FAST, ...parameters },
    {
      ...attempt,
      onMessage: (message) => messages.push(message),
    },
  );
  return { after, stages: messages.flatMap((message) => (message.type === 'stage' ? [message.stage] : [])) };
}

describe.each(['vit', 'resnet'] as const)('on a two-layer %s CLIP', (tower) => {
  let clip: TwoLayerClip;
  beforeAll(async () => {
    clip = await TwoLayerClip.taught(tower);
  }, 120_000);

  test('it forgets, reminds and restores, in the image tower alone', async () => {
    const shown: string[] = [];
    const { after, stages } = await stagesOf(clip, {}, { onArtifact: (name) => shown.push(name) });
    const recorded = tower === 'vit' ? ['statistics'] : [];
    expect(stages).toEqual([
      'fisher of forget',
      'fisher of retain',
      ...recorded,
      'align',
      'forget',
      'remind',
      'restore',
      'restore',
    ]);
    expect(shown).toEqual(['align', 'restore-curve']);
    expect(after.outcome).toMatch(/^soup of [01]\.\d+: forget \d\.\d+, calibration \d\.\d+$/);
    expect(after.moved().every((name) => name.startsWith('visual.'))).toBe(true);
    const { forget = 1 } = await after.matched();
    expect(forget).toBeLessThanOrEqual(0.25);
  });

  test('each ablation leaves its part out', async () => {
    const bare = { remindSteps: 0, soup: false };
    const chosen = await stagesOf(clip, { ...bare, layers: 2 });
    expect(chosen.stages).toEqual(['fisher of forget', 'fisher of retain', 'forget']);
    expect(chosen.after.moved().length).toBeLessThanOrEqual(2);
    const all = await stagesOf(clip, { ...bare, relativeFisher: false });
    expect(all.stages).toEqual(['forget']);
    expect(all.after.moved().length).toBeGreaterThan(2);
    // Factors cannot change a bias; without them, biases of the tower move too.
    expect(all.after.moved().some((name) => name.endsWith('bias'))).toBe(false);
    const whole = await stagesOf(clip, { ...bare, relativeFisher: false, lora: false, forgetRate: 1e-3 });
    expect(whole.after.moved().some((name) => name.endsWith('bias'))).toBe(true);
    expect((await stagesOf(clip, { soup: false, alignment: false })).stages).toEqual([
      'fisher of forget',
      'fisher of retain',
      'forget',
      'remind',
    ]);
  }, 180_000);

  test('a run resumed in any stage ends with the same bits', async () => {
    const snapshots: Snapshot[] = [];
    const short = { forgetEpochs: 2, remindSteps: 2, alignSteps: 2, points: 1, layers: 2 };
    const { after } = await stagesOf(clip, short, { onSnapshot: (made) => snapshots.push(made) });
    const last = new Map(snapshots.map((snapshot) => [snapshot.position.stage, snapshot]));
    expect(last.size).toBeGreaterThanOrEqual(6);
    for (const resume of last.values())
      expect((await stagesOf(clip, short, { resume })).after.equals(after)).toBe(true);
  }, 180_000);
});
