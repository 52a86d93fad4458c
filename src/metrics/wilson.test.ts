import { wilson } from './wilson';

describe('wilson', () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i lies in [%f, %f]', (correct, total, low, high) => {
    const interval = wilson(correct, total);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
    expect(interval.accuracy).toBe(correct / total);
  });

  test('is symmetric under swapping success and failure', () => {
    expect(wilson(3, 50).low).toBeCloseTo(1 - wilson(47, 50).high, 12);
  });

  test('of nothing is everything', () => {
    expect(wilson(0, 0)).toEqual({ correct: 0, total: 0, accuracy: 0, low: 0, high: 1 });
  });

  test('refuses counts that are no proportion', () => {
    expect(() => wilson(5, 4)).toThrow(RangeError);
  });
});
