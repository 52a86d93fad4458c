import { randomStream } from './random';

const COUNT = 20_000;
const bits = (seed: number, stage: string | number, step?: number) => {
  const stream = randomStream(seed, stage, step);
  return Array.from({ length: 8 }, () => stream.bits());
};

describe('a random stream', () => {
  it('gives the same numbers for the same seed, stage and step, whatever else was drawn', () => {
    const [one, other] = [randomStream(3, 'batches', 5), randomStream(3, 'batches', 5)];
    for (let i = 0; i < 100; i++) {
      const value = one.normal();
      randomStream(3, 'batches', 6).normal();
      expect(other.normal()).toBe(value);
    }
  });

  it('never changes: a snapshot taken by an older version resumes with these numbers', () => {
    expect(bits(3, 'batches', 5).slice(0, 3)).toEqual([1890333404, 827369407, 37003730]);
  });

  it('gives other numbers for another seed, stage or step', () => {
    const keys = [
      bits(0, 'a'),
      bits(1, 'a'),
      bits(2 ** 32, 'a'),
      bits(0, 'b'),
      bits(0, 0),
      bits(0, 'a', 1),
      bits(0, 'a', 2),
      bits(0, 'a', 2 ** 32),
    ];
    expect(new Set(keys.flat()).size).toBe(keys.flat().length);
  });

  it('is uniform in [0, 1)', () => {
    const stream = randomStream(1, 'uniform');
    const cells = new Array<number>(10).fill(0);
    for (let i = 0; i < COUNT; i++) cells[Math.floor(10 * stream.uniform())]! += 1;
    expect(cells).toHaveLength(10);
    expect(cells.reduce((a, b) => a + b)).toBe(COUNT);
    const expected = COUNT / cells.length;
    const chiSquare = cells.reduce((total, n) => total + (n - expected) ** 2 / expected, 0);
    // 9 degrees of freedom: above 27.9 once in a thousand seeds
    expect(chiSquare).toBeLessThan(27.9);
  });

  it('has streams of neighbouring steps that do not go together', () => {
    const pairs = Array.from({ length: 5000 }, (_, step) => [
      randomStream(1, 'steps', step).uniform() - 0.5,
      randomStream(1, 'steps', step + 1).uniform() - 0.5,
    ]);
    const correlation = 12 * (pairs.reduce((total, [a, b]) => total + a! * b!, 0) / pairs.length);
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(pairs.length));
  });

  it('is normal with mean 0 and variance 1', () => {
    const stream = randomStream(1, 'normal');
    const values = Array.from({ length: COUNT }, () => stream.normal());
    const moment = (power: number) => values.reduce((total, value) => total + value ** power, 0) / COUNT;
    const near = (value: number, expected: number, spread: number) =>
      expect(Math.abs(value - expected)).toBeLessThan((4 * spread) / Math.sqrt(COUNT));
    near(moment(1), 0, 1);
    near(moment(2), 1, Math.sqrt(2));
    near(moment(3), 0, Math.sqrt(15));
    near(moment(4), 3, Math.sqrt(96));
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / COUNT;
    near(beyond, 0.05, Math.sqrt(0.05 * 0.95));
  });

  it('permutes: every number once, every place alike', () => {
    const firsts = new Array<number>(5).fill(0);
    const orders = Array.from({ length: 5000 }, (_, step) => [...randomStream(1, 'permutation', step).permutation(5)]);
    for (const order of orders) firsts[order[0]!]! += 1;
    expect(new Set(orders.map((order) => order.toSorted().join('')))).toEqual(new Set(['01234']));
    expect(new Set(orders.map((order) => order.join(''))).size).toBe(120);
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(800));
    expect([...randomStream(1, 'permutation').permutation(0)]).toEqual([]);
  });
});
