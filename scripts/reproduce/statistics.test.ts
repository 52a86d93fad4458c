import { meanOf } from './statistics';

test('the interval of few runs is Student’s: 1, 2, 3 is 2 ± 4.303 / √3', () => {
  const { mean, variance, half } = meanOf([1, 2, 3]);
  expect([mean, variance]).toEqual([2, 1]);
  expect(half).toBeCloseTo(4.303 / Math.sqrt(3), 12);
});

test('one run has no interval', () => {
  expect(meanOf([0.5])).toEqual({ count: 1, mean: 0.5, variance: null, half: null });
});
