import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grad, interpret, mul } from '../../src/engine';
import { contextOf, objectiveOf, outputOf } from '../../src/method/testing/objective-of';
import fineTune from '.';

interface Parity {
  batch: number;
  dim: number;
  features: Record<string, number[]>;
  loss: number;
  gradients: Record<string, number[]>;
}
const parity: Parity = JSON.parse(readFileSync(join(__dirname, '../../../plugins/fine-tune/parity.json'), 'utf8'));

test('the loss and its gradients are those of PyTorch', async () => {
  const { objective } = await objectiveOf(fineTune);
  const output = outputOf('retain', parity.batch, parity.dim);
  const { retention } = objective(contextOf({ retain: output }));
  const loss = mul(retention![0], retention![1]);
  const wrt = {
    'retain.image': output.imageFeatures,
    'retain.text': output.textFeatures,
    'retain.scale': output.logitScale,
  };
  const found = interpret([loss, ...grad(loss, Object.values(wrt))], parity.features);
  expect(found[0]!.data[0]).toBeCloseTo(parity.loss, 10);
  for (const [i, name] of Object.keys(wrt).entries()) {
    for (const [at, value] of [...found[1 + i]!.data].entries()) {
      expect(value).toBeCloseTo(parity.gradients[name]![at]!, 9);
    }
  }
});

test('only the image tower moves, as in the paper', async () => {
  const { training } = await objectiveOf(fineTune);
  expect(['visual.proj', 'visual.conv1.weight'].every(training.trainable)).toBe(true);
  expect(['text_projection', 'logit_scale', 'ln_final.weight'].some(training.trainable)).toBe(false);
});
