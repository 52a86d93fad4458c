import { type Mean, meanOf } from './statistics';

/** The mean before, and the mean after with its interval. */
export function arrow(pairs: readonly (readonly [number, number])[]): string {
  if (pairs.length === 0) return '';
  const [before, after] = [0, 1].map((i) => meanOf(pairs.map((pair) => pair[i]!)));
  return `${before!.mean.toFixed(3)} → ${withInterval(after!)}`;
}

export const withInterval = ({ mean, half }: Mean, digits = 3) =>
  `${mean.toFixed(digits)}${half === null ? '' : ` ± ${half.toFixed(digits)}`}`;

export const withVariance = (mean: Mean, digits = 3) =>
  `${withInterval(mean, digits)}${mean.variance === null ? '' : ` (${mean.variance.toExponential(1)})`}`;

export const grid = (head: readonly string[], body: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
