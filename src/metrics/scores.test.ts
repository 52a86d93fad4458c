import { forgettingOf } from './forgetting';
import { lipScore, lipScoreOf } from './lip-score';
import { ratioScore, ratioScoreOf } from './ratio-score';
import { brief, plane } from './testing/plane';

const change = (before: number, after: number, total = 100) => ({ total, before, after });

describe('of given accuracies', () => {
  // Target 0.9 -> 0.09: A = 0.9. Own group 0.8 -> 0.6: A = 0.25. Another 0.5 -> 0.55: A = 0.
  const changes = [change(90, 9), change(80, 60), change(50, 55)];
  const groups = [
    { name: 'pets', classes: [0, 1] },
    { name: 'ships', classes: [2] },
  ];
  const found = forgettingOf(changes, new Set([0]), groups)!;

  test("Lip's equation 10 with two datasets", () => {
    expect(lipScoreOf(found)).toBeCloseTo((1 - 0.9 + 0.25 + 0) / 3, 12);
  });

  test('the ratio score with two datasets', () => {
    expect(ratioScoreOf(found)).toBeCloseTo((100 * (1 - 0.1 + 0.75 + 1)) / 3, 12);
  });

  test('best and worst', () => {
    const of = (target: [number, number], other: [number, number]) =>
      forgettingOf([change(...target), change(...other)], new Set([0]), [{ name: 'all', classes: [0, 1] }])!;
    expect([lipScoreOf(of([90, 0], [80, 80])), ratioScoreOf(of([90, 0], [80, 80]))]).toEqual([0, 100]);
    expect([lipScoreOf(of([90, 95], [80, 0])), ratioScoreOf(of([90, 95], [80, 0]))]).toEqual([1, 0]);
  });

  test('several forget classes are one target; a group of nothing else is left out', () => {
    const all = forgettingOf([change(90, 0), change(10, 0), change(50, 50)], new Set([0, 1]), [
      { name: 'gone', classes: [0, 1] },
      { name: 'rest', classes: [2] },
    ])!;
    expect(all.target).toEqual({ total: 200, before: 100, after: 0 });
    expect(all.kept.map(({ name }) => name)).toEqual(['rest']);
  });

  test('what was never right cannot be lost, and a target that was never right has no score', () => {
    const both = (target: number) =>
      forgettingOf([change(target, 0), change(0, 0)], new Set([0]), [{ name: 'all', classes: [0, 1] }]);
    expect(ratioScoreOf(both(50)!)).toBe(100);
    expect(both(0)).toBeNull();
  });
});

describe('of features', () => {
  const prompts = { cat: 0, dog: 90 };
  const before = [5, 10, 20, 30, 80, 85, 95, 60];
  const labels = ['cat', 'cat', 'cat', 'cat', 'dog', 'dog', 'dog', 'dog'];
  /** After: three of four cats are taken for dogs, one of four dogs for a cat. */
  const after = [5, 80, 80, 80, 80, 85, 95, 20];
  const of = plane({
    prompts,
    samples: after.map((angle, i) => [labels[i]!, angle] as const),
    reference: { samples: before, prompts },
    forget: ['cat'],
  });

  test('they are computed from the answers of both models, the parts beside the whole', () => {
    expect(brief(lipScore.measure(of))).toEqual([
      ['score', null, 0.25, 8, null],
      ['target', null, 0.25, 4, null],
      ['kept', 'all', 0.75, 4, null],
    ]);
    expect(brief(ratioScore.measure(of))[0]).toEqual(['score', null, 75, 8, null]);
  });

  test('the interval holds the score, and has a width where answers differ', () => {
    const { value, lower, upper } = lipScore.measure(of)[0]!;
    expect(lower).toBeGreaterThanOrEqual(0);
    expect(lower).toBeLessThan(value);
    expect(upper).toBeGreaterThan(value);
    expect(upper).toBeLessThanOrEqual(1);
    expect(lipScore.measure(of)).toEqual(lipScore.measure(of));
  });
});
