import { BatchOrder, holdOut } from './batch-order';

const samples = [3, 5, 8, 13, 21];

test('every pass sees every sample once, across the borders of batches', () => {
  const order = new BatchOrder(samples, 2, 1, 'unlearn forget');
  const seen = Array.from({ length: 5 }, (_, step) => order.at(step)).flat();
  expect(seen.slice(0, 5).toSorted((a, b) => a - b)).toEqual(samples);
  expect(seen.slice(5).toSorted((a, b) => a - b)).toEqual(samples);
});

test('a step is the same whether or not earlier ones were asked for', () => {
  const undisturbed = new BatchOrder(samples, 3, 7, 'unlearn retain');
  const all = Array.from({ length: 12 }, (_, step) => undisturbed.at(step));
  const resumed = new BatchOrder(samples, 3, 7, 'unlearn retain');
  expect(resumed.at(11)).toEqual(all[11]);
  expect(resumed.at(4)).toEqual(all[4]);
});

test('seed and stage decide the order', () => {
  const many = Array.from({ length: 50 }, (_, i) => i);
  const order = (seed: number, stage: string) => new BatchOrder(many, 50, seed, stage).at(0);
  expect(order(1, 'a')).toEqual(order(1, 'a'));
  expect(order(1, 'a')).not.toEqual(order(2, 'a'));
  expect(order(1, 'a')).not.toEqual(order(1, 'b'));
});

test.each([
  [10, 0.3, 3],
  [10, 0, 0],
  [2, 0.9, 1],
  [1, 0.5, 0],
  [3, 0.01, 1],
])('of %i samples a fraction of %f holds out %i', (count, fraction, expected) => {
  const { kept, held } = holdOut(count, fraction, 1, 'hold out');
  expect(held).toHaveLength(expected);
  expect([...kept, ...held].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
});
