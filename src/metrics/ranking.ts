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
  const scores = Float64Array.from(candidates, (candidate) => {
    const score = dot(query, candidate);
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  });
  const sorted = scores.slice().sort().reverse();
  const cut = (k: number) => {
    const places = Math.min(k, sorted.length);
    const border = sorted[places - 1]!;
    const at = { places, above: 0, relevantAbove: 0, tied: 0, relevantTied: 0 };
    scores.forEach((score, i) => {
      if (score > border) {
        at.above++;
        if (relevant[i]) at.relevantAbove++;
      } else if (score === border) {
        at.tied++;
        if (relevant[i]) at.relevantTied++;
      }
    });
    return at;
  };
  return {
    size: scores.length,
    hitsAt(k) {
      const { places, above, relevantAbove, tied, relevantTied } = cut(k);
      return relevantAbove + (relevantTied * (places - above)) / tied;
    },
    foundAt(k) {
      const { places, above, relevantAbove, tied, relevantTied } = cut(k);
      return relevantAbove > 0 ? 1 : foundByChance(tied, relevantTied, places - above);
    },
    reciprocalRank() {
      const own = scores[relevant.indexOf(true)]!;
      const above = scores.filter((score) => score > own).length;
      const tied = scores.filter((score) => score === own).length;
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
