import { errorQuotients, type GradientDistance, gradientError } from './gradient-errors';

const tensor = (name: string, norm: number, distance: number): GradientDistance => ({ name, norm, distance });

test('the error of all tensors is that of one vector, and the worst tensor is the one that is off by most of itself', () => {
  const error = gradientError([tensor('large', 4, 0.03), tensor('small', 3, 0.04)]);
  expect(error.all).toBeCloseTo(0.05 / 5, 12);
  expect(error.worst.name).toBe('small');
  expect(error.worst.error).toBeCloseTo(0.04 / 3, 12);
});

test('a gradient that is nothing but rounding is not the worst tensor', () => {
  expect(gradientError([tensor('weight', 1, 0.001), tensor('key bias', 1e-7, 1e-7)]).worst.name).toBe('weight');
});

test('errors are compared tensor by tensor', () => {
  const ours = [tensor('a', 1, 0.2), tensor('b', 1, 0.1), tensor('c', 1, 0.3)];
  const theirs = [tensor('c', 1, 0.1), tensor('a', 1, 0.2), tensor('b', 1, 0.2)];
  const { median, largest } = errorQuotients(ours, theirs);
  expect(median).toBe(1);
  expect(largest.name).toBe('c');
  expect(largest.quotient).toBeCloseTo(3, 12);
});
