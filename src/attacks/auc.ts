import { wilson, Z_95 } from '../metrics';
import type { AttackRow } from './attack';

/**
 * Area under the ROC curve: the probability that a positive scores higher than a negative, ties counting half. The interval is DeLong's
 * (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988). Where that is empty, as when all positives are above all negatives,
 * it is Wilson's of as many trials as the smaller side has (ours).
 */
export function aucRow(key: string, positives: readonly number[], negatives: readonly number[]): AttackRow {
  const [m, n] = [positives.length, negatives.length];
  if (m === 0 || n === 0) throw new RangeError(`auc: ${m} positives and ${n} negatives`);
  const count = m + n;
  const over = placements(positives, negatives);
  const under = placements(negatives, positives).map((share) => 1 - share);
  const value = mean(over);
  const error = Math.sqrt(variance(over) / m + variance(under) / n);
  if (!(error > 0)) {
    const trials = Math.min(m, n);
    const { low, high } = wilson(Math.min(trials, value * trials), trials);
    return { key, value, lower: low, upper: high, count };
  }
  const half = Z_95 * error;
  return { key, value, lower: Math.max(0, value - half), upper: Math.min(1, value + half), count };
}

/** Of each score the share of the others that it is above, ties counting half. */
function placements(scores: readonly number[], others: readonly number[]): number[] {
  const sorted = Float64Array.from(others).sort();
  return scores.map(
    (score) => (firstAt(sorted, (x) => x >= score) + firstAt(sorted, (x) => x > score)) / 2 / sorted.length,
  );
}

/** Index of the first element for which it holds; all that follow hold too. */
function firstAt(sorted: Float64Array, holds: (x: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
