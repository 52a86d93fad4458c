import {
  adam,
  add,
  forward,
  gather,
  input,
  interpret,
  matmul,
  mul,
  parameter,
  square,
  sub,
  sum,
  trainingStep,
  type Weights,
} from '../engine';
import { createSession, DEVICES, DeviceUnavailable, type Session, type SessionOptions } from '.';

const [ROWS, WIDTH] = [16, 24];
const x = input('x', [ROWS, WIDTH]);
const weight = parameter('w', [WIDTH, WIDTH]);
const frozen = parameter('frozen', [WIDTH, WIDTH]);
const training = trainingStep({
  loss: sum(square(sub(matmul(matmul(x, weight), frozen), mul(x, 2)))),
  trainable: [weight],
  optimiser: adam(),
  clipNorm: 1,
});

const numbers = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) / 4);
const weights = (): Weights =>
  new Map(['w', 'frozen'].map((name, i) => [name, { shape: [WIDTH, WIDTH], data: numbers(i, WIDTH ** 2) }]));
const feeds = (i: number) => ({ x: numbers(10 + i, ROWS * WIDTH), learningRate: Float32Array.of(0.01) });
const opened: Session[] = [];

async function loaded(options: SessionOptions = {}): Promise<Session> {
  const session = await createSession(training, { threads: 1, ...options });
  opened.push(session);
  session.loadState(weights());
  return session;
}

/** The losses of some steps, and copies of the state after the last. */
async function trained(session: Session, steps: number, from = 0) {
  const losses: number[] = [];
  for (let i = from; i < from + steps; i++) losses.push((await session.run(feeds(i))).loss![0] as number);
  const state = [...(await session.state())].map(([name, { data }]) => [name, Float32Array.from(data)] as const);
  return { losses, state: new Map(state) };
}

afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

describe('a session', () => {
  it('carries the state from step to step, as the interpreter does', async () => {
    const { losses, state } = await trained(await loaded(), 3);
    let values: Record<string, ArrayLike<number>> = Object.fromEntries(
      training.state.map(({ name, shape }) => [name, new Float64Array(shape.reduce((a, b) => a * b, 1))]),
    );
    for (const [name, { data }] of weights()) values[name] = data;
    const written = training.state.filter(({ next }) => next);
    for (let i = 0; i < 3; i++) {
      const [loss, ...next] = interpret([training.outputs.loss!, ...written.map((spec) => spec.next!)], {
        ...values,
        ...feeds(i),
      });
      expect(Math.abs(losses[i]! / loss!.data[0]! - 1)).toBeLessThan(1e-5);
      values = { ...values, ...Object.fromEntries(written.map(({ name }, k) => [name, next[k]!.data])) };
    }
    for (const [name, data] of state) {
      for (const [at, value] of data.entries()) expect(Math.abs(value - values[name]![at]!)).toBeLessThan(1e-5);
    }
    expect(state.get('frozen')).toEqual(weights().get('frozen')!.data);
  });

  it('gives the same bits twice', async () => {
    expect(await trained(await loaded(), 4)).toEqual(await trained(await loaded(), 4));
  });

  it('goes on with the same bits from a state that was taken out', async () => {
    const whole = await trained(await loaded(), 4);
    const first = await loaded();
    await trained(first, 2);
    const second = await loaded();
    second.loadState(await first.state());
    expect((await trained(second, 2, 2)).state).toEqual(whole.state);
  });

  it('leaves the arrays alone that it handed out', async () => {
    const session = await loaded();
    await session.run(feeds(0));
    const taken = await session.state();
    const copies = new Map([...taken].map(([name, { data }]) => [name, Float32Array.from(data)]));
    await trained(session, 3, 1);
    for (const [name, { data }] of taken) expect(data).toEqual(copies.get(name));
  });

  it('refuses a missing input, a wrong one, and a wrong element type', async () => {
    const session = await loaded();
    const { learningRate } = feeds(0);
    await expect(session.run({ learningRate })).rejects.toThrow("input 'x' was not fed");
    await expect(session.run({ learningRate, x: new Float32Array(5) })).rejects.toThrow(
      "input 'x' has 5 values, the program takes [16,24]",
    );
    await expect(session.run({ learningRate, x: new BigInt64Array(ROWS * WIDTH) })).rejects.toThrow(
      "input 'x' takes a Float32Array",
    );
    const lookup = await createSession(forward({ y: gather(weight, input('rows', [2], 'int64')) }));
    opened.push(lookup);
    lookup.loadState(weights());
    await expect(lookup.run({ rows: new Float32Array(2) })).rejects.toThrow("input 'rows' takes a BigInt64Array");
    expect((await lookup.run({ rows: BigInt64Array.of(1n, 0n) })).y).toEqual(
      Float32Array.of(...numbers(0, 2 * WIDTH).slice(WIDTH), ...numbers(0, WIDTH)),
    );
  });

  it('refuses a weight that was not loaded or has a wrong size, and takes more weights than it needs', async () => {
    const session = await createSession(training, { threads: 1 });
    opened.push(session);
    await expect(session.run(feeds(0))).rejects.toThrow(/^state '(w|frozen)' was not loaded$/);
    const wrong: Weights = new Map([['w', { shape: [2], data: new Float32Array(2) }]]);
    expect(() => session.loadState(wrong)).toThrow("state 'w' has 2 values, the program takes [24,24]");
    session.loadState(new Map([...weights(), ['other', { shape: [1], data: new Float32Array(1) }]]));
    await session.run(feeds(0));
    expect([...(await session.state()).keys()]).not.toContain('other');
  });
});

describe('weights compiled into the model', () => {
  it('give what fed ones give, and can be replaced', async () => {
    const compiled = await loaded({ state: 'compiled' });
    const fed = await loaded({ state: 'fed' });
    expect(await trained(compiled, 3)).toEqual(await trained(fed, 3));

    const other: Weights = new Map([['frozen', { shape: [WIDTH, WIDTH], data: numbers(99, WIDTH ** 2) }]]);
    for (const session of [compiled, fed]) session.loadState(other);
    const after = await trained(compiled, 1, 3);
    expect(after).toEqual(await trained(fed, 1, 3));
    expect(after.state.get('frozen')).toEqual(other.get('frozen')!.data);
  });
});

describe('a device asked for by name', () => {
  it('is used, or refused with its code and what to install', async () => {
    const found = await createSession(forward({ y: add(x, 1) }), { device: 'CUDA' }).catch((error) => error);
    if (found instanceof DeviceUnavailable) {
      // npm ci alone never brings the CUDA provider, so that this is what nearly every machine sees
      expect(found).toMatchObject({ code: 'DEVICE_UNAVAILABLE', device: 'CUDA' });
      expect(found.message).toContain(DEVICES.CUDA.install);
      expect(found.message).toContain('npm run cuda:install');
    } else {
      opened.push(found);
      expect((await found.run({ x: new Float32Array(ROWS * WIDTH) })).y).toEqual(
        new Float32Array(ROWS * WIDTH).fill(1),
      );
    }
  });
});

// flushing denormals in a session would set it for this whole thread, and bfloat16 weights would lose their smallest values
it('leaves denormal numbers to the process', async () => {
  const session = await createSession(forward({ y: add(x, 1) }));
  opened.push(session);
  await session.run({ x: new Float32Array(ROWS * WIDTH) });
  expect(Number(Float32Array.of(1e-40)[0]) * 2 ** 100).toBeGreaterThan(0);
});
