import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wilson } from '../metrics';
import { aucRow } from './auc';
import { type Decision, linearSvc } from './linear-svc';
import { logisticRegression } from './logistic-regression';
import { relativeLikelihoods, scores } from './rmia';

interface Classified {
  x: number[][];
  y: boolean[];
  probe: number[][];
  /** In standardised features, the bias last. */
  coefficients: number[];
  decisions: number[];
  accuracy: number;
}

type Parts = Record<'forget' | 'held' | 'population', number[]>;

interface Fixture {
  svc: (Classified & { libsvm: number[] })[];
  logistic: Classified[];
  auc: {
    positives: number[];
    negatives: number[];
    value: number;
    lower: number;
    upper: number;
    bootstrap: [number, number];
  }[];
  wilson: { hits: number; total: number; low: number; high: number }[];
  rmia: {
    a: number;
    own: Parts;
    out: Record<keyof Parts, number[][]>;
    ratio: Parts;
    score: Parts;
    auc: number;
  }[];
}

/** Written by testing/parity.py with scikit-learn, SciPy and statsmodels. */
const fixture = JSON.parse(
  readFileSync(join(__dirname, '../../../src/attacks/testing/parity.json'), 'utf8'),
) as Fixture;

const furthest = (found: readonly number[], expected: readonly number[]) =>
  Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
const accuracy = (decide: Decision, { x, y }: Classified) =>
  x.filter((row, i) => decide(row) > 0 === y[i]).length / x.length;

/** The weights of standardised features, and the bias, by asking at the mean and one deviation from it. */
function coefficientsOf(decide: Decision, { x, coefficients }: Classified): number[] {
  const width = coefficients.length - 1;
  const mean = Array.from({ length: width }, (_, d) => x.reduce((sum, row) => sum + row[d]!, 0) / x.length);
  const spread = mean.map((m, d) => Math.sqrt(x.reduce((sum, row) => sum + (row[d]! - m) ** 2, 0) / x.length));
  const bias = decide(mean);
  return [...mean.map((_, d) => decide(mean.map((m, i) => (i === d ? m + spread[d]! : m))) - bias), bias];
}

describe.each(fixture.svc.map((each, i) => [i, each] as const))('support vectors, case %i', (_, of) => {
  const decide = linearSvc(of.x, of.y, 0);

  test('are those of LIBLINEAR, to a thousandth', () => {
    expect(furthest(coefficientsOf(decide, of), of.coefficients)).toBeLessThan(1e-3);
    expect(furthest(of.probe.map(decide), of.decisions)).toBeLessThan(1e-3);
    expect(accuracy(decide, of)).toBe(of.accuracy);
  });

  test('order images as those of LIBSVM do, whose bias costs nothing', () => {
    const ours = of.probe.map(decide);
    const pairs = ours.flatMap((a, i) => ours.slice(0, i).map((b, j) => (a - b) * (of.libsvm[i]! - of.libsvm[j]!)));
    expect(pairs.filter((product) => product >= 0).length / pairs.length).toBeGreaterThan(0.97);
  });
});

test.each(fixture.logistic.map((each, i) => [i, each] as const))(
  'logistic regression is that of scikit-learn, to a hundred-thousandth: case %i',
  (_, of) => {
    const decide = logisticRegression(
      of.x.map((row) => Float32Array.from(row)),
      of.y,
    );
    expect(furthest(coefficientsOf(decide, of), of.coefficients)).toBeLessThan(1e-5);
    expect(furthest(of.probe.map(decide), of.decisions)).toBeLessThan(1e-5);
    expect(accuracy(decide, of)).toBe(of.accuracy);
  },
);

test.each(fixture.auc.map((each, i) => [i, each] as const))(
  'the area under the curve is that of scikit-learn, its interval that of every pair: case %i',
  (_, { positives, negatives, value, lower, upper, bootstrap }) => {
    const row = aucRow('auc', positives, negatives);
    expect(furthest([row.value, row.lower, row.upper], [value, lower, upper])).toBeLessThan(1e-12);
    // 2,000 draws of a bootstrap find nearly the same ends.
    expect(furthest([row.lower, row.upper], bootstrap)).toBeLessThan(0.02);
  },
);

test.each(fixture.wilson)('Wilson of $hits of $total is that of statsmodels', ({ hits, total, low, high }) => {
  const found = wilson(hits, total);
  expect(furthest([found.low, found.high], [low, high])).toBeLessThan(1e-12);
});

test.each(fixture.rmia.map((each) => [each.out.forget.length, each.a, each] as const))(
  'RMIA with %i references and a = %d is what every pair of an image and a population image says',
  (_, a, { own, out, ratio, score, auc }) => {
    const parts = ['forget', 'held', 'population'] as const;
    const found = Object.fromEntries(parts.map((part) => [part, relativeLikelihoods(own[part], out[part], a)]));
    for (const part of parts) expect(furthest(found[part]!, ratio[part])).toBeLessThan(1e-9);
    const [forget, held] = (['forget', 'held'] as const).map((part) => scores(found[part]!, found.population!));
    expect(furthest(forget!, score.forget)).toBe(0);
    expect(furthest(held!, score.held)).toBe(0);
    expect(aucRow('auc', forget!, held!).value).toBeCloseTo(auc, 12);
  },
);

test('RMIA without a model that was not trained on the images says nothing', () => {
  expect(() => relativeLikelihoods([0.5], [], 0.3)).toThrow('no reference');
});
