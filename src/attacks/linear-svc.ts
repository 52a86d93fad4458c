import { randomStream } from '../engine/random';

/** A function of a vector whose sign is a guess: positive for the class 1. */
export type Decision = (x: ArrayLike<number>) => number;

/** Passes over the samples; a problem of a few features is solved long before. */
const PASSES = 200;
const TOLERANCE = 1e-4;

/**
 * A linear support vector classifier with the hinge loss, by dual coordinate descent (Hsieh et al., A Dual Coordinate Descent Method for
 * Large-scale Linear SVM, ICML 2008, algorithm 1). C is 1, divided between the two classes so that both weigh the same. Features are
 * standardised by the samples it learns from. Own code, because no kept library of npm has it.
 */
export function linearSvc(
  samples: readonly (readonly number[])[],
  positive: readonly boolean[],
  seed: number,
): Decision {
  const scaled = standardise(samples);
  const rows = samples.map((x) => [...scaled(x), 1]);
  const sides = [positive.filter(Boolean).length, positive.filter((is) => !is).length];
  if (sides.includes(0)) throw new RangeError('svc: samples of one class only');
  const most = positive.map((is) => rows.length / (2 * (is ? sides[0]! : sides[1]!)));
  const lengths = rows.map((x) => inner(x, x));
  const alpha = new Float64Array(rows.length);
  const w = new Float64Array(rows[0]!.length);
  for (let pass = 0; pass < PASSES; pass++) {
    let largest = 0;
    for (const i of randomStream(seed, 'svc', pass).permutation(rows.length)) {
      const [x, y] = [rows[i]!, positive[i] ? 1 : -1];
      const gradient = y * inner(w, x) - 1;
      const next = Math.min(Math.max(alpha[i]! - gradient / lengths[i]!, 0), most[i]!);
      const step = next - alpha[i]!;
      if (step === 0) continue;
      largest = Math.max(largest, Math.abs(step));
      alpha[i] = next;
      for (let d = 0; d < w.length; d++) w[d]! += step * y * x[d]!;
    }
    if (largest < TOLERANCE) break;
  }
  return (x) => inner(w, [...scaled(x), 1]);
}

function standardise(samples: readonly (readonly number[])[]): (x: ArrayLike<number>) => number[] {
  const facts = samples[0]!.map((_, d) => {
    const values = samples.map((x) => x[d]!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return { mean, deviation };
  });
  return (x) => facts.map(({ mean, deviation }, d) => (deviation > 0 ? (x[d]! - mean) / deviation : 0));
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
