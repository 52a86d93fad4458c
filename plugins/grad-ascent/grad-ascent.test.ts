import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logitsPerImage } from '../../src/clip';
import { constant, grad, interpret, mul, parameter } from '../../src/engine';
import type { ClipOutput } from '../../src/method';
import { objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import gradAscent from '.';

interface Parity {
  batch: number;
  dim: number;
  labels: number[];
  features: Record<string, number[]>;
  scale: number;
  contrastive: { loss: number; gradients: Record<string, number[]> };
  'zero-shot': { loss: number; gradients: Record<string, number[]> };
}
const parity: Parity = JSON.parse(readFileSync(join(__dirname, '../../../plugins/grad-ascent/parity.json'), 'utf8'));

/** The features as a model would give them, with class prompts of their own. */
function forgetOutput(): ClipOutput {
  const { batch, dim, labels, features } = parity;
  const pairs = outputOf('forget', batch, dim);
  const prompts = parameter('prompts', [features.prompts!.length / dim, dim]);
  return {
    imageFeatures: pairs.imageFeatures,
    textFeatures: pairs.textFeatures,
    logitScale: pairs.logitScale,
    logitsPerImage: pairs.logitsPerImage,
    logitsPerText: pairs.logitsPerText,
    classLogits: logitsPerImage(pairs.imageFeatures, prompts, pairs.logitScale),
    labels: constant(labels, [batch], 'int64'),
  };
}

test.each(['contrastive', 'zero-shot'] as const)('the %s loss and its gradients are those of PyTorch', async (loss) => {
  const { objective } = await objectiveOf(gradAscent, { loss });
  const output = forgetOutput();
  const batch = { set: 'forget', size: parity.batch } as const;
  const { forgetting } = objective({
    model: () => output,
    original: () => output,
    forget: batch,
    retain: { set: 'retain', size: 0 },
    calibration: { set: 'calibration', size: 0 },
  });
  const total = mul(forgetting![0], forgetting![1]);
  const wrt = { 'forget.image': output.imageFeatures, 'forget.text': output.textFeatures };
  const names = Object.keys(parity[loss].gradients) as (keyof typeof wrt)[];
  const feeds = { ...parity.features, 'forget.scale': [parity.scale] };
  const found = interpret(
    [
      total,
      ...grad(
        total,
        names.map((name) => wrt[name]),
      ),
    ],
    feeds,
  );
  expect(found[0]!.data[0]).toBeCloseTo(parity[loss].loss, 10);
  for (const [i, name] of names.entries()) {
    for (const [at, value] of [...found[1 + i]!.data].entries()) {
      expect(value).toBeCloseTo(parity[loss].gradients[name]![at]!, 9);
    }
  }
});

test('it stops as soon as the held-out forget images are no longer recognised', async () => {
  const { training } = await objectiveOf(gradAscent, { threshold: 0.1 });
  expect([{ forget: 0.2 }, { forget: 0.1 }, { forget: 0 }, {}].map((found) => training.until!(found))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
