import type { MetricRow } from './metric';
import { type Proportion, wilson } from './wilson';

export interface ClassAccuracy extends Proportion {
  readonly name: string;
}

/** Zero-shot accuracy in the words of counts. */
export interface ZeroShotReport {
  /** In label order; classes without images are left out. */
  readonly classes: readonly ClassAccuracy[];
  readonly overall: Proportion;
  /** Accuracy of guessing: one over the number of class names. */
  readonly chance: number;
}

/** Reads the rows of ZERO_SHOT; null when there are none. Accuracies are shares of counts, so the counts are exact. */
export function zeroShotReport(
  rows: readonly Pick<MetricRow, 'subject' | 'value' | 'count' | 'chance'>[],
): ZeroShotReport | null {
  const all = rows.find(({ subject }) => subject === null);
  if (!all) return null;
  const counted = ({ value, count }: Pick<MetricRow, 'value' | 'count'>) => wilson(Math.round(value * count), count);
  return {
    classes: rows.flatMap((row) => (row.subject === null ? [] : [{ name: row.subject, ...counted(row) }])),
    overall: counted(all),
    chance: all.chance ?? 0,
  };
}
