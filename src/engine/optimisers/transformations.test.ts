import { createSession } from '../../runtime';
import { mul, sum } from '../ops';
import { trainingStep } from '../program';
import { input, parameter } from '../tensor';
import type { Optimiser } from './transformation';
import { adam, adamw, sgd } from './transformations';

const RATE = 0.1;
const START = [1, -2, 0.5];
/** Gradients of four steps; a zero one among them. */
const GRADIENTS = [
  [1, -3, 1e-4],
  [-2, 0.5, 0],
  [0, 0, 0],
  [4, 1e3, -1e-3],
];

/** The weight after each step, by the runtime. */
async function run(optimiser: Optimiser): Promise<number[][]> {
  const weight = parameter('w', [3]);
  const program = trainingStep({ loss: sum(mul(weight, input('g', [3]))), trainable: [weight], optimiser });
  const session = await createSession(program, { threads: 1 });
  session.loadState(new Map([['w', { shape: [3], data: Float32Array.from(START) }]]));
  const weights: number[][] = [];
  for (const g of GRADIENTS) {
    await session.run({ g: Float32Array.from(g), learningRate: Float32Array.of(RATE) });
    weights.push([...(await session.state()).get('w')!.data]);
  }
  await session.dispose();
  return weights;
}

/** `torch.optim`'s update of one number, as its documentation writes it (https://pytorch.org/docs/stable/optim.html). */
function reference(update: (weight: number, gradient: number, step: number, state: Record<string, number>) => number) {
  const weights = [...START];
  const states = START.map((): Record<string, number> => ({}));
  return GRADIENTS.map((g, step) => {
    for (let i = 0; i < weights.length; i++) weights[i] = update(weights[i]!, g[i]!, step + 1, states[i]!);
    return [...weights];
  });
}

const textbookAdam = (b1: number, b2: number, eps: number, l2: number, decoupled: number) =>
  reference((w, gradient, t, state) => {
    const g = gradient + l2 * w;
    state.m = b1 * (state.m ?? 0) + (1 - b1) * g;
    state.v = b2 * (state.v ?? 0) + (1 - b2) * g * g;
    const direction = state.m / (1 - b1 ** t) / (Math.sqrt(state.v / (1 - b2 ** t)) + eps);
    return w - RATE * decoupled * w - RATE * direction;
  });

function expectClose(actual: number[][], expected: number[][]): void {
  expect(actual.flat().length).toBe(expected.flat().length);
  for (const [i, value] of expected.flat().entries())
    expect(Math.abs(actual.flat()[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
}

describe('optimisers', () => {
  it.each([
    [0.9, 0.999, 1e-8, 0],
    [0.9, 0.98, 1e-6, 0.2],
    [0, 0.9, 1e-3, 0],
  ])('adam with betas (%p, %p), eps %p, decay %p is the textbook algorithm', async (b1, b2, eps, weightDecay) => {
    expectClose(await run(adam({ betas: [b1, b2], eps, weightDecay })), textbookAdam(b1, b2, eps, weightDecay, 0));
  });

  it('adamw decays the weight itself', async () => {
    expectClose(await run(adamw({ weightDecay: 0.1 })), textbookAdam(0.9, 0.999, 1e-8, 0, 0.1));
  });

  it.each([false, true])('sgd with momentum, nesterov %p', async (nesterov) => {
    const expected = reference((w, gradient, _, state) => {
      const g = gradient + 0.01 * w;
      state.v = 0.9 * (state.v ?? 0) + g;
      return w - RATE * (nesterov ? g + 0.9 * state.v : state.v);
    });
    expectClose(await run(sgd({ momentum: 0.9, nesterov, weightDecay: 0.01 })), expected);
  });
});
