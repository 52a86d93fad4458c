import type { Weights } from '../engine';
import { costOf, updatedShare } from './cost';

const weights = (values: Record<string, number[]>): Weights =>
  new Map(
    Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
  );

test('the share of elements that are no longer what they were', () => {
  const original = weights({ a: [1, 2, 3], b: [4], c: [5, 6, 7, 8] });
  expect(updatedShare(original, new Map(original))).toBe(0);
  expect(updatedShare(original, weights({ a: [1, 2, 4], b: [4], c: [0, 0, 7, 8] }))).toBe(3 / 8);
});

test('seconds are those since the beginning, memory is that of this process', () => {
  const original = weights({ a: [1] });
  const { seconds, peakMemoryBytes } = costOf(performance.now() - 2000, original, original);
  expect(seconds).toBeCloseTo(2, 1);
  expect(peakMemoryBytes).toBeGreaterThanOrEqual(process.memoryUsage().rss * 0.5);
  expect(peakMemoryBytes).toBeLessThan(64e9);
});
