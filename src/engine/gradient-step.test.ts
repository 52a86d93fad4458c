import { createSession } from '../runtime';
import { gradientStep, summedOf } from './gradient-step';
import { mul, sum } from './ops';
import { input, parameter } from './tensor';

const a = parameter('a', [2]);
const unread = parameter('unread', [2]);
/** Its gradient by a is x. */
const loss = sum(mul(a, input('x', [2])));

async function sums(squared: boolean, batches: readonly (readonly [number[], number])[]) {
  const session = await createSession(gradientStep({ loss, wrt: [a, unread], squared }), { threads: 1 });
  session.loadState(new Map([['a', { shape: [2], data: Float32Array.of(5, 7) }]]));
  for (const [x, weight] of batches) {
    await session.run({ x: Float32Array.from(x), weight: Float32Array.of(weight) });
  }
  const state = await session.state();
  await session.dispose();
  return state;
}

const BATCHES = [
  [[1, -2], 0.75],
  [[3, 4], 0.25],
] as const satisfies [number[], number][];

test('gradients add up, each with the weight of its batch', async () => {
  const state = await sums(false, BATCHES);
  expect([...state.get('gradient/a')!.data]).toEqual([1.5, -0.5]);
  expect([...state.get('a')!.data]).toEqual([5, 7]);
});

test('squares are taken of each batch, before the sum', async () => {
  const state = await sums(true, BATCHES);
  expect([...state.get('gradient/a')!.data]).toEqual([3, 7]);
});

test('a parameter that the loss does not read has no sum', async () => {
  expect([...(await sums(false, [])).keys()].map(summedOf).filter(Boolean)).toEqual(['a']);
  expect(() => gradientStep({ loss, wrt: [unread] })).toThrow(/depends on none/);
});
