import { adam, input, matmul, mul, parameter, square, sub, sum, trainingStep, type Weights } from '../engine';
import { createSession, type Session } from '.';

const [ROWS, WIDTH] = [64, 96];
const weight = parameter('w', [WIDTH, WIDTH]);
const second = parameter('u', [WIDTH, WIDTH]);
const x = input('x', [ROWS, WIDTH]);
// the second weight is read backwards after the first's update is known
const program = trainingStep({
  loss: sum(square(sub(matmul(matmul(x, weight), second), mul(x, 2)))),
  trainable: [weight, second],
  optimiser: adam({ weightDecay: 0.1 }),
});
const numbers = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) / 8);
const weights = (): Weights =>
  new Map(['w', 'u'].map((name, i) => [name, { shape: [WIDTH, WIDTH], data: numbers(i, WIDTH ** 2) }]));

const step = (session: Session, i: number) =>
  session.run({ x: numbers(10 + i, ROWS * WIDTH), learningRate: Float32Array.of(0.01) });

const copied = (state: Weights) => [...state].map(([name, { data }]) => [name, Float32Array.from(data)] as const);

describe('buffers of the state', () => {
  it('are reused without changing a bit', async () => {
    const [reusing, fresh] = [await createSession(program), await createSession(program)];
    reusing.loadState(weights());
    fresh.loadState(weights());
    for (let i = 0; i < 6; i++) {
      const losses = [await step(reusing, i), await step(fresh, i)].map(({ loss }) => loss![0]);
      expect(losses[0]).toBe(losses[1]);
      await fresh.state(); // what was handed out is not written again, so that each step takes fresh memory
    }
    expect(copied(await reusing.state())).toEqual(copied(await fresh.state()));
    await Promise.all([reusing.dispose(), fresh.dispose()]);
  });

  it('never write over arrays that others hold', async () => {
    const session = await createSession(program);
    const loaded = weights();
    session.loadState(loaded);
    await step(session, 0);
    const kept = await session.state();
    const before = copied(kept);
    for (let i = 1; i < 5; i++) await step(session, i);
    expect(copied(kept)).toEqual(before);
    expect(copied(loaded)).toEqual(copied(weights()));

    const end = copied(await session.state());
    session.loadState(kept);
    for (let i = 1; i < 5; i++) await step(session, i);
    expect(copied(await session.state())).toEqual(end);
    expect(copied(kept)).toEqual(before);
    await session.dispose();
  });
});
