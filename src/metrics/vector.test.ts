import { dot, nearest, unit } from './vector';

test.each([0, 1, 3, 4, 5, 11])('the inner product of %i numbers', (length) => {
  const [a, b] = [Float32Array.from({ length }, (_, i) => i + 1), Float32Array.from({ length }, (_, i) => 2 - i)];
  expect(dot(a, b)).toBe(a.reduce((sum, value, i) => sum + value * b[i]!, 0));
});

test('a vector at length 1; one without direction stays', () => {
  expect([...unit(Float32Array.of(3, 4))].map((value) => value.toFixed(6))).toEqual(['0.600000', '0.800000']);
  expect([...unit(Float32Array.of(0, 0))]).toEqual([0, 0]);
});

test('of equals the first is nearest', () => {
  expect(
    nearest(
      Float32Array.of(1),
      [1, 2, 2].map((value) => Float32Array.of(value)),
    ),
  ).toBe(1);
});
