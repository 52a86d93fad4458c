import { randomStream } from '../engine/random';
import type { MetricRow } from './metric';
import { wilson, Z_95 } from './wilson';

/** Something that was tried: what share of its trials went well. */
export interface Trial {
  /** From 0 to 1. */
  readonly value: number;
  /** How many trials it stands for; 1 unless said otherwise. */
  readonly weight?: number;
  /** What guessing gives. */
  readonly chance: number;
  /** The classes it is about, as indices. */
  readonly classes: readonly number[];
}

/**
 * The mean over all trials and over those of each class that has any. Intervals are Wilson's, also for trials that go
 * half well: a value in [0, 1] with mean p varies by at most p(1 - p), so the interval is never too narrow.
 */
export function rateRows(key: string, classes: readonly string[], trials: readonly Trial[]): MetricRow[] {
  const of = (subject: string | null, some: readonly Trial[]): MetricRow[] => {
    const count = total(some, () => 1);
    if (count === 0) return [];
    const { accuracy, low, high } = wilson(
      Math.min(
        count,
        total(some, ({ value }) => value),
      ),
      count,
    );
    // Where all guess alike the sum would only add rounding.
    const [{ chance: first }] = some as [Trial];
    const alike = some.every((trial) => trial.chance === first);
    const chance = alike ? first : total(some, (trial) => trial.chance) / count;
    return [{ key, subject, value: accuracy, lower: low, upper: high, count, chance }];
  };
  return [
    ...of(null, trials),
    ...classes.flatMap((name, c) =>
      of(
        name,
        trials.filter((trial) => trial.classes.includes(c)),
      ),
    ),
  ];
}

function total(trials: readonly Trial[], what: (trial: Trial) => number): number {
  return trials.reduce((sum, trial) => sum + what(trial) * (trial.weight ?? 1), 0);
}

/** The mean of some values with its normal 95 % interval, mean -+ 1.96 s / sqrt(n); a single value has none. */
export function meanRow(key: string, subject: string | null, values: readonly number[]): MetricRow[] {
  const count = values.length;
  if (count === 0) return [];
  const value = values.reduce((sum, each) => sum + each, 0) / count;
  if (count === 1) return [{ key, subject, value, lower: null, upper: null, count, chance: null }];
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0);
  const half = Z_95 * Math.sqrt(squares / (count - 1) / count);
  return [{ key, subject, value, lower: value - half, upper: value + half, count, chance: null }];
}

const DRAWS = 1000;

/**
 * Percentile bootstrap (Efron 1979): the 2.5th and the 97.5th percentile of a statistic of 1,000 resamples. The seed is
 * fixed, so the same data has the same interval. Null where a resample may lack the statistic.
 * @param statistic of one resample; it draws indices below n by the function it is given
 */
export function bootstrap(statistic: (draw: (n: number) => number) => number | null): [number, number] | null {
  const { integer } = randomStream(0, 'bootstrap');
  const found: number[] = [];
  for (let i = 0; i < DRAWS; i++) {
    const value = statistic(integer);
    if (value !== null) found.push(value);
  }
  if (found.length < DRAWS) return null;
  found.sort((a, b) => a - b);
  return [found[Math.floor(0.025 * (DRAWS - 1))]!, found[Math.ceil(0.975 * (DRAWS - 1))]!];
}
