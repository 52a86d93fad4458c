import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grad, interpret, mul } from '../../src/engine';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
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

test.each(['contrastive', 'zero-shot'] as const)('the %s loss and its gradients are those of PyTorch', async (loss) => {
  const { objective } = await objectiveOf(gradAscent, { loss });
  const { batch, dim, labels, features } = parity;
  const output = outputOf('forget', batch, dim, { classes: features['forget.prompts']!.length / dim, labels });
  const { forgetting } = objective(contextOf({ forget: output }));
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
