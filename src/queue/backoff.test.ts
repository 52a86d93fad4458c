import { pauseAfter } from './backoff';

test('pauses grow to an hour', () => {
  const longest = [1, 2, 3, 11, 12, 1000].map((failures) => pauseAfter(failures, () => 0) / 1000);
  expect(longest).toEqual([2, 4, 8, 2048, 3600, 3600]);
});

test('up to half of a pause is chance', () => {
  expect(pauseAfter(3, () => 1)).toBe(4000);
  for (let i = 0; i < 100; i++) {
    const pause = pauseAfter(5);
    expect(pause).toBeGreaterThanOrEqual(16_000);
    expect(pause).toBeLessThanOrEqual(32_000);
  }
});
