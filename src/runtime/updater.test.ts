import { createHash } from 'node:crypto';
import {
  adam,
  add,
  chain,
  input,
  matmul,
  mul,
  type Program,
  parameter,
  size,
  splitUpdates,
  square,
  sub,
  sum,
  type Tensor,
  trainingStep,
  type Weights,
} from '../engine';
import { createSession, type Session, type SessionOptions } from '.';
import { joined, statesOf } from './joint-update';

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

describe('small weights, moved as one', () => {
  const SIDE = 6;
  const shapes: Record<string, readonly number[]> = {
    first: [SIDE, SIDE],
    second: [SIDE, SIDE],
    bias: [SIDE],
    alone: [SIDE],
    scale: [],
    mask: [SIDE],
    left: [SIDE],
    right: [SIDE],
  };
  const [first, second, bias, alone, scale, mask, left, right] = Object.entries(shapes).map(([name, shape]) =>
    parameter(name, shape),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const fed = input('x', [ROWS, SIDE]);
  const hidden = add(add(matmul(matmul(fed, first), second), mul(bias, scale)), add(left, right));
  // left and right have one gradient; two updates read one mask; a limit makes one of another kind
  const stepOf = (clipNorm?: number) =>
    trainingStep({
      loss: add(sum(square(sub(hidden, fed))), sum(square(add(add(alone, bias), mul(alone, mask))))),
      trainable: [first, second, bias, alone, scale, left, right],
      optimiser: chain(adam({ weightDecay: 0.1 }), (d, { name }) =>
        name === 'bias' || name === 'alone' ? mul(d, mask) : d,
      ),
      limits: { second: [-0.1, 0.1] },
      clipNorm,
    });
  const start = (seed: number): Weights =>
    new Map(
      Object.entries(shapes).map(
        ([name, shape], i) => [name, { shape, data: numbers(seed + i, size(shape)) }] as const,
      ),
    );
  const next = (session: Session, i: number) =>
    session.run({ x: numbers(10 + i, ROWS * SIDE), learningRate: Float32Array.of(0.01) });
  const both = async (program: Program): Promise<Session[]> => {
    const states = ['fed', 'compiled'] as const;
    const sessions = await Promise.all(states.map((state) => createSession(program, { threads: 1, state })));
    for (const session of sessions) session.loadState(start(1));
    return sessions;
  };

  it.each([
    ['plainly', stepOf()],
    ['clipped', stepOf(1)],
  ])(
    'get the bits that the graph would give them, %s, when some are replaced or handed out too',
    async (_, program) => {
      const [apart, within] = (await both(program)) as [Session, Session];
      for (let i = 0; i < 8; i++) {
        expect(await next(apart, i)).toEqual(await next(within, i));
        if (i === 2) expect(bits(await apart.state())).toEqual(bits(await within.state()));
        const replaced: Weights = new Map([...start(i)].filter(([name]) => name === (i === 4 ? 'mask' : 'first')));
        if (i > 3) for (const session of [apart, within]) session.loadState(replaced);
      }
      expect(bits(await apart.state())).toEqual(bits(await within.state()));
      await Promise.all([apart.dispose(), within.dispose()]);
    },
  );

  it('are not written over where others hold them', async () => {
    const [session, other] = (await both(stepOf())) as [Session, Session];
    const loaded = start(1);
    session.loadState(loaded);
    await next(session, 0);
    const taken = await session.state();
    const before = bits(taken);
    await next(session, 1);
    await next(session, 2);
    expect(bits(taken)).toEqual(before);
    expect(bits(loaded)).toEqual(bits(start(1)));
    await Promise.all([session.dispose(), other.dispose()]);
  });

  it('are joined where one graph moves them', () => {
    const joinedWith = (name: string, program: Program) =>
      joined(splitUpdates(program, 2), 2 ** 18).flatMap((update) =>
        statesOf(update).flatMap(({ names }) => (names.includes(name) ? [names] : [])),
      );
    expect(joinedWith('bias', stepOf(1))).toEqual([['bias', 'alone']]);
    expect(joinedWith('left', stepOf())).toEqual([['first', 'left', 'right']]);
    expect(joinedWith('second', stepOf())).toEqual([['second']]);
  });
});
