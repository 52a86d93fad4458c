import { randomStream } from '../engine/random';
import { crossValidated } from './cross-validated';
import { linearSvc } from './linear-svc';
import { logisticRegression } from './logistic-regression';

const cloud = (count: number, centre: readonly number[], seed: number) =>
  Array.from({ length: count }, (_, i) => {
    const random = randomStream(seed, 'cloud', i);
    return centre.map((value) => value + random.normal());
  });

test('the support vector classifier solves its dual', () => {
  // Standardised, the points are at -+1.265 and -+0.632. Those within the margin have the largest weight there is, 1: w is 2 x 0.632.
  const samples = [[-2], [-1], [1], [2]];
  const decide = linearSvc(samples, [false, false, true, true], 0);
  expect(decide([0])).toBeCloseTo(0, 3);
  expect(decide([1])).toBeCloseTo(0.8, 3);
  expect(decide([-2])).toBeCloseTo(-1.6, 3);
});

test('few of one kind weigh as much as many of the other', () => {
  const samples = [...cloud(20, [1], 1), ...cloud(380, [-1], 2)];
  const decide = linearSvc(
    samples,
    samples.map((_, i) => i < 20),
    0,
  );
  const found = cloud(200, [1], 3).filter((x) => decide(x) > 0).length;
  expect(found).toBeGreaterThan(150);
});

test('logistic regression finds the weights at which its gradient is zero', () => {
  const rows = [...cloud(60, [1, 0], 4), ...cloud(60, [-1, 0.5], 5)].map((x) => Float32Array.from(x));
  const positive = rows.map((_, i) => i < 60);
  const decide = logisticRegression(rows, positive);
  // With balanced classes the guesses of all samples sum to their number of positives: the bias has no penalty to speak of.
  const guesses = rows.map((x) => 1 / (1 + Math.exp(-decide(x))));
  expect(guesses.reduce((a, b) => a + b, 0)).toBeCloseTo(60, 4);
  const right = rows.filter((x, i) => decide(x) > 0 === positive[i]).length;
  expect(right).toBeGreaterThan(100);
});

test('scores of a cross-validation are those of classifiers that did not learn from the sample', () => {
  const [members, others] = [cloud(50, [0, 0, 0, 0, 0, 0, 0, 0], 6), cloud(50, [0, 0, 0, 0, 0, 0, 0, 0], 7)];
  const scores = crossValidated(members, others, (samples, positive) => linearSvc(samples, positive, 0), 0);
  const right = scores.members.filter((s) => s > 0).length + scores.others.filter((s) => s < 0).length;
  // A classifier that is asked about what it learned from is right about 65 of these 100.
  expect(right).toBeLessThan(60);
  expect(scores).toEqual(crossValidated(members, others, (samples, positive) => linearSvc(samples, positive, 0), 0));
  expect(() => crossValidated(members.slice(0, 4), others, () => () => 0, 0)).toThrow('4 members');
});
