import type { AttackedModel, AttackName, AttackRow } from '../../attacks';
import type { Threshold } from './policy.entity';

export const verdicts = ['PASS', 'FAIL', 'INCONCLUSIVE'] as const;
export type Verdict = (typeof verdicts)[number];

/** A number of an attack, and whose it is. */
export type Finding = AttackRow & { model: AttackedModel; attack: AttackName };

type Interval = Pick<AttackRow, 'value' | 'lower' | 'upper'>;

/** A threshold and what became of it. */
export interface VerdictLine extends Threshold {
  verdict: Verdict;
  /** What was measured; null when nothing was. */
  found: Interval | null;
  /** The number it is relative to; null when it is relative to none, or that was not measured. */
  reference: Interval | null;
}

/**
 * Reads results by thresholds. A line passes when the whole interval is on the right side of its bounds, fails when the whole interval is on the
 * wrong side of one, and is inconclusive when the interval crosses a bound or there is no number. Relative bounds have an interval
 * themselves, and must be passed or missed by all of it. The whole fails if a line fails, else it is inconclusive if one is, else it passes;
 * a policy of which no line applies shows nothing and is inconclusive.
 * @param retrained whether a retrained model was given; lines that compare with one apply only then
 */
export function judge(
  results: readonly Finding[],
  thresholds: readonly Threshold[],
  { retrained }: { retrained: boolean },
): { verdict: Verdict; lines: VerdictLine[] } {
  const lines = thresholds
    .filter(({ relativeTo, unlessRetrained }) => (retrained ? !unlessRetrained : relativeTo !== 'RETRAINED'))
    .map((threshold) => lineOf(threshold, results));
  const said = (verdict: Verdict) => lines.some((line) => line.verdict === verdict);
  if (said('FAIL')) return { verdict: 'FAIL', lines };
  return { verdict: lines.length === 0 || said('INCONCLUSIVE') ? 'INCONCLUSIVE' : 'PASS', lines };
}

function lineOf(threshold: Threshold, results: readonly Finding[]): VerdictLine {
  const of = (model: AttackedModel): Interval | null => {
    const row = results.find(
      ({ attack, key, model: whose }) => attack === threshold.attack && key === threshold.key && whose === model,
    );
    return row ? { value: row.value, lower: row.lower, upper: row.upper } : null;
  };
  const found = of('SUBJECT');
  const reference = threshold.relativeTo && of(threshold.relativeTo);
  const missing = !found || (threshold.relativeTo !== null && !reference);
  const verdict = missing ? 'INCONCLUSIVE' : verdictOf(threshold, found, reference);
  return { ...threshold, verdict, found, reference };
}

function verdictOf({ atMost, atLeast }: Threshold, found: Interval, reference: Interval | null): Verdict {
  const bound = (factor: number) => {
    if (!reference) return { low: factor, high: factor };
    const ends = [factor * reference.lower, factor * reference.upper];
    return { low: Math.min(...ends), high: Math.max(...ends) };
  };
  const upper = atMost === null ? null : bound(atMost);
  const lower = atLeast === null ? null : bound(atLeast);
  if ((upper && found.lower > upper.high) || (lower && found.upper < lower.low)) return 'FAIL';
  const passes = (!upper || found.upper <= upper.low) && (!lower || found.lower >= lower.high);
  return passes ? 'PASS' : 'INCONCLUSIVE';
}
