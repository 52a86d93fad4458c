import type { Table } from './definition';
import type { withInterval } from './format';
import type { Measures } from './measures';
import { meanOf } from './statistics';

/** Of the runs of a line: the target before and after, each dataset kept, the score, the cost. */
export function standardNumbers(
  all: readonly Measures[],
  kept: readonly string[],
  score: Table['score'],
  shown: typeof withInterval,
): string[] {
  if (all.length === 0) return Array.from({ length: kept.length + 6 }, () => '');
  const of = (what: (each: Measures) => number) => meanOf(all.map(what));
  const digits = score === 'lip' ? 3 : 1;
  const scores = all.flatMap((each) => each.score ?? []);
  return [
    of(({ before }) => before).mean.toFixed(3),
    shown(of(({ after }) => after)),
    ...kept.map((title) => {
      const found = all.flatMap((each) => each.kept.filter((dataset) => dataset.title === title));
      if (found.length === 0) return '';
      const before = meanOf(found.map((dataset) => dataset.before)).mean;
      return `${shown(meanOf(found.map(({ ratio }) => ratio)))} of ${before.toFixed(2)}`;
    }),
    scores.length > 0 ? shown(meanOf(scores), digits) : '',
    of(({ seconds }) => seconds).mean.toFixed(0),
    (of(({ peakMemoryBytes }) => peakMemoryBytes).mean / 1e9).toFixed(2),
    of(({ updatedShare }) => updatedShare).mean.toFixed(3),
  ];
}
