/** A proportion with its interval; all three in [0, 1]. */
export interface Proportion {
  readonly correct: number;
  readonly total: number;
  /** correct / total; 0 when there was nothing to count. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** The normal quantile of a two-sided 95 % interval. */
export const Z_95 = 1.959963984540054;

/**
 * Wilson's score interval of a proportion (E. B. Wilson, JASA 22, 1927). Unlike the normal interval it stays within
 * [0, 1] and is not empty at 0 of n, where a forgotten class ends.
 */
export function wilson(correct: number, total: number, z = Z_95): Proportion {
  if (!(correct >= 0 && correct <= total)) throw new RangeError(`wilson: ${correct} of ${total}`);
  if (total === 0) return { correct, total, accuracy: 0, low: 0, high: 1 };
  const p = correct / total;
  const z2 = (z * z) / total;
  const centre = (p + z2 / 2) / (1 + z2);
  const half = (z * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total))) / (1 + z2);
  // at both ends the bound is exactly the end, which rounding would miss
  const low = correct === 0 ? 0 : centre - half;
  const high = correct === total ? 1 : centre + half;
  return { correct, total, accuracy: p, low, high };
}
