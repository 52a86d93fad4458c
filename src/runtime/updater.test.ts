import { createHash } from 'node:crypto';
import { adam, input, matmul, mul, parameter, square, sub, sum, trainingStep, type Weights } from '../engine';
import { createSession, type Session, type SessionOptions } from '.';

/** More elements than one stretch of an update, and not a multiple of it. */
const [ROWS, WIDTH] = [2, 520];
const names = ['w', 'u'];
const [weight, second] = names.map((name) => parameter(name, [WIDTH, WIDTH]));
const x = input('x', [ROWS, WIDTH]);
const program = trainingStep({
  loss: sum(square(sub(matmul(matmul(x, weight!), second!), mul(x, 2)))),
  trainable: [weight!, second!],
  optimiser: adam({ weightDecay: 0.1 }),
  clipNorm: 1,
});
const numbers = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) / 8);
const weights = (): Weights =>
  new Map(names.map((name, i) => [name, { shape: [WIDTH, WIDTH], data: numbers(i, WIDTH ** 2) }]));
const step = (session: Session, i: number) =>
  session.run({ x: numbers(10 + i, ROWS * WIDTH), learningRate: Float32Array.of(0.01) });
/** The bits of every array, by name: jest takes seconds to compare the arrays themselves. */
const bits = (state: Weights) =>
  Object.fromEntries([...state].map(([name, { data }]) => [name, createHash('sha256').update(data).digest('hex')]));

async function opened(loaded: Weights, options: SessionOptions = {}): Promise<Session> {
  const session = await createSession(program, { threads: 1, ...options });
  session.loadState(loaded);
  return session;
}

describe('weights that are updated apart from the graph', () => {
  it('get the bits that the graph would give them', async () => {
    const apart = await opened(weights());
    const within = await opened(weights(), { state: 'compiled' });
    for (let i = 0; i < 3; i++) expect(await step(apart, i)).toEqual(await step(within, i));
    expect(bits(await apart.state())).toEqual(bits(await within.state()));
    await Promise.all([apart.dispose(), within.dispose()]);
  });

  it('are not written over where others hold them', async () => {
    const loaded = weights();
    const session = await opened(loaded);
    await step(session, 0);
    const taken = await session.state();
    const before = bits(taken);
    await step(session, 1);
    await step(session, 2);
    expect(bits(taken)).toEqual(before);
    expect(bits(loaded)).toEqual(bits(weights()));
    await session.dispose();
  });

  it('are asked for when they were not loaded', async () => {
    const session = await createSession(program, { threads: 1 });
    await expect(step(session, 0)).rejects.toThrow(/^state '(w|u)' was not loaded$/);
    await session.dispose();
  });
});
