import { randomStream } from '../engine/random';
import { aucRow } from './auc';

test('the area counts pairs, ties half, with the interval of DeLong', () => {
  // 4.5 of 6 pairs. V10 = (1, 1/2, 3/4)... worked out by hand from the placements of each score.
  const { value, lower, upper, count } = aucRow('auc', [3, 1, 2], [0, 2]);
  expect(value).toBeCloseTo((1 + 0.5 + 0.75) / 3, 12);
  const over = [1, 0.5, 0.75];
  const under = [1, 0.5];
  const spread = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1);
  };
  const half = 1.959963984540054 * Math.sqrt(spread(over) / 3 + spread(under) / 2);
  expect(lower).toBeCloseTo(value - half, 12);
  expect(upper).toBe(1);
  expect(count).toBe(5);
});

test.each([
  [[5, 6, 7], [1, 2], 1],
  [[1, 2], [5, 6, 7], 0],
  [[1, 1, 1], [1, 1], 0.5],
])('where DeLong has no width there is an interval all the same: %j against %j', (positives, negatives, value) => {
  const row = aucRow('auc', positives, negatives);
  expect(row.value).toBe(value);
  expect(row.upper - row.lower).toBeGreaterThan(0.3);
  expect(row.lower).toBeGreaterThanOrEqual(0);
  expect(row.upper).toBeLessThanOrEqual(1);
});

test('nineteen of twenty intervals of indistinguishable scores hold one half', () => {
  let held = 0;
  for (let trial = 0; trial < 400; trial++) {
    const random = randomStream(1, 'auc', trial);
    const draw = () => Array.from({ length: 40 }, () => random.normal());
    const { lower, upper } = aucRow('auc', draw(), draw());
    if (lower <= 0.5 && upper >= 0.5) held++;
  }
  expect(held / 400).toBeGreaterThan(0.91);
  expect(held / 400).toBeLessThan(0.985);
});

test('without scores of both kinds there is no area', () => {
  expect(() => aucRow('auc', [], [1])).toThrow(RangeError);
});
