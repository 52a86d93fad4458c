import { dot } from './vector';

/**
 * Candidates ordered by their inner product with a query, the largest first. Equals are in random order, and every number
 * here is the expectation over that order: a model that gives everything one feature is as good as guessing, and not as
 * good as the order of the files.
 */
export interface Ranking {
  /** Candidates there are. */
  readonly size: number;
  /** Expected number of relevant candidates among the first k. */
  hitsAt(k: number): number;
  /** Probability that a relevant candidate is among the first k. */
  foundAt(k: number): number;
  /** Expected 1 / place of the first relevant candidate; it asks for exactly one. */
  reciprocalRank(): number;
}

/** @param relevant for each candidate whether it is what was looked for */
export function rank(query: Float32Array, candidates: readonly Float32Array[], relevant: readonly boolean[]): Ranking {
  const scores = new Float64Array(candidates.length);
  const wanted: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = dot(query, candidates[i]!);
    scores[i] = Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
    if (relevant[i]) wanted.push(scores[i]!);
  }
  // Typed arrays sort by number, the smallest first.
  scores.sort().reverse();
  /** How many have a higher score than this one, and how many have this one. */
  const around = (score: number, of: ArrayLike<number>) => {
    let [above, tied] = [0, 0];
    for (let i = 0; i < of.length; i++) {
      if (of[i]! > score) above++;
      else if (of[i] === score) tied++;
      else if (of === scores) break;
    }
    return { above, tied };
  };
  const cut = (k: number) => {
    const places = Math.min(k, scores.length);
    const border = scores[places - 1]!;
    const [all, ours] = [around(border, scores), around(border, wanted)];
    return { left: places - all.above, tied: all.tied, relevantAbove: ours.above, relevantTied: ours.tied };
  };
  return {
    size: scores.length,
    hitsAt(k) {
      const { left, tied, relevantAbove, relevantTied } = cut(k);
      return relevantAbove + (relevantTied * left) / tied;
    },
    foundAt(k) {
      const { left, tied, relevantAbove, relevantTied } = cut(k);
      return relevantAbove > 0 ? 1 : foundByChance(tied, relevantTied, left);
    },
    reciprocalRank() {
      const { above, tied } = around(wanted[0]!, scores);
      return Array.from({ length: tied }, (_, i) => 1 / (above + 1 + i)).reduce((a, b) => a + b, 0) / tied;
    },
  };
}

/** Probability that k of `size` candidates, drawn without looking, hold one of the relevant: 1 - C(size-r, k) / C(size, k). */
export function foundByChance(size: number, relevant: number, k: number): number {
  let missed = 1;
  for (let i = 0; i < Math.min(k, size); i++) missed *= Math.max(0, size - relevant - i) / (size - i);
  return 1 - missed;
}
