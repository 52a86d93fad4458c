/** The 97.5th percentile of Student's distribution with 1 to 30 degrees of freedom. */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

export interface Mean {
  readonly count: number;
  readonly mean: number;
  /** Of the sample, with n - 1; null for a single value. */
  readonly variance: number | null;
  /** Half of the 95 % t-interval; null for a single value. */
  readonly half: number | null;
}

export function meanOf(values: readonly number[]): Mean {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { count, mean, variance: null, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const t = T_95[Math.min(count - 1, T_95.length) - 1]!;
  return { count, mean, variance, half: t * Math.sqrt(variance / count) };
}
