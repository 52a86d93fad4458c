import { foundByChance, rank } from './ranking';

/** Scores are inner products with [1]. */
const ranked = (scores: number[], relevant: boolean[]) =>
  rank(
    Float32Array.of(1),
    scores.map((score) => Float32Array.of(score)),
    relevant,
  );

/** Every order in which the scores do not rise: what a sort may answer. */
function orders(scores: readonly number[]): number[][] {
  const all = (rest: number[]): number[][] =>
    rest.length === 0 ? [[]] : rest.flatMap((i) => all(rest.filter((j) => j !== i)).map((order) => [i, ...order]));
  return all([...scores.keys()]).filter((order) =>
    order.every((i, at) => at === 0 || scores[order[at - 1]!]! >= scores[i]!),
  );
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe.each([
  ['all different', [0.1, 0.6, 0.3, 0.5, 0.2, 0.4], [true, false, true, false, false, true]],
  ['two pairs of equals', [0.5, 0.5, 0.2, 0.2, 0.9, 0.1], [true, false, false, true, false, true]],
  ['nearly all equal', [0.3, 0.3, 0.3, 0.3, 0.3, 0.7], [true, false, true, false, false, false]],
  ['a collapsed model', [0.3, 0.3, 0.3, 0.3, 0.3, 0.3], [true, true, false, false, false, false]],
  ['one candidate', [0.3], [true]],
])('scores that are %s', (_, scores, relevant) => {
  test.each([1, 2, 5, 10])('give at %i the mean over every order of equals', (k) => {
    const ranking = ranked(scores, relevant);
    const hits = orders(scores).map((order) => order.slice(0, k).filter((i) => relevant[i]).length);
    expect(ranking.hitsAt(k)).toBeCloseTo(mean(hits), 12);
    expect(ranking.foundAt(k)).toBeCloseTo(mean(hits.map((count) => Number(count > 0))), 12);
  });

  test('give the mean place of one candidate', () => {
    const only = relevant.map((_, i) => i === relevant.indexOf(true));
    const places = orders(scores).map((order) => 1 / (1 + order.indexOf(only.indexOf(true))));
    expect(ranked(scores, only).reciprocalRank()).toBeCloseTo(mean(places), 12);
  });
});

test('what is no number comes last', () => {
  expect(ranked([Number.NaN, -1], [true, false]).hitsAt(1)).toBe(0);
});

test('chance counts the draws that miss', () => {
  expect(foundByChance(5, 2, 2)).toBeCloseTo(1 - 3 / 10, 12); // 3 of the 10 pairs hold neither
  expect(foundByChance(5, 1, 5)).toBe(1);
  expect(foundByChance(3, 1, 10)).toBe(1);
  expect(foundByChance(3, 0, 2)).toBe(0);
});
