import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interpret } from '../interpreter';
import { add, mul, sum } from '../ops';
import { trainingStep } from '../program';
import { input, parameter, size } from '../tensor';
import type { Optimiser } from './transformation';
import { adam, adamw, sgd } from './transformations';

type Named = Record<string, number[]>;
interface Parity {
  rates: number[];
  start: Named;
  shapes: Record<string, number[]>;
  gradients: Named[];
  runs: Record<string, Named[]>;
}
// written by parity.py beside it with PyTorch in float64; not imported: tsc does not carry JSON into dist
const file = join(__dirname, '../../../../src/engine/optimisers/parity.json');
const parity: Parity = JSON.parse(readFileSync(file, 'utf8'));

const OPTIMISERS: Record<string, Optimiser> = {
  sgd: sgd(),
  'sgd momentum': sgd({ momentum: 0.9 }),
  'sgd nesterov weight decay': sgd({ momentum: 0.8, nesterov: true, weightDecay: 0.05 }),
  adam: adam(),
  'adam l2': adam({ betas: [0.9, 0.98], eps: 1e-6, weightDecay: 0.2 }),
  adamw: adamw({ betas: [0.8, 0.99], eps: 1e-8, weightDecay: 0.1 }),
};

/** The weights after each step, in float64. */
function run(optimiser: Optimiser, clipNorm: number | undefined): Named[] {
  const weights = Object.entries(parity.shapes).map(([name, shape]) => parameter(name, shape));
  const slopes = Object.entries(parity.shapes).map(([name, shape]) => input(`gradient ${name}`, shape));
  const loss = weights.map((weight, i) => sum(mul(weight, slopes[i]!))).reduce((a, b) => add(a, b));
  const { state } = trainingStep({ loss, trainable: weights, optimiser, clipNorm });
  const zeros = state.map(({ name, shape }) => [name, new Array<number>(size(shape)).fill(0)] as const);
  let values: Named = { ...Object.fromEntries(zeros), ...parity.start };
  return parity.gradients.map((gradients, step) => {
    const fed = Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`gradient ${name}`, g]));
    const feeds = { ...values, ...fed, learningRate: [parity.rates[step]!] };
    const next = interpret(
      state.map((spec) => spec.next!),
      feeds,
    );
    values = Object.fromEntries(state.map(({ name }, i) => [name, [...next[i]!.data]]));
    return Object.fromEntries(Object.keys(parity.shapes).map((name) => [name, values[name]!]));
  });
}

describe("five steps are PyTorch's", () => {
  it.each(Object.keys(parity.runs))('%s', (name) => {
    const [key, clipNorm] = name.split(' clipped to ');
    const steps = run(OPTIMISERS[key!]!, clipNorm === undefined ? undefined : Number(clipNorm));
    expect(steps).toHaveLength(5);
    for (const [step, expected] of parity.runs[name]!.entries()) {
      for (const [weight, values] of Object.entries(expected)) {
        for (const [at, value] of values.entries()) {
          expect(Math.abs(steps[step]![weight]![at]! - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
        }
      }
    }
  });
});
