import type { Accuracies } from 'lethe/method';

export interface Soup {
  readonly a: number;
  readonly accuracies: Accuracies;
}

/**
 * The coefficient of θ = a θ_f + (1 - a) θ0 whose calibration accuracy is best among those that keep the forget accuracy at `bound` or below;
 * where none does, the one that forgets most. A grid over [0, 1] first, then one of the same number of points around its best.
 */
export async function searchSoup(
  points: number,
  bound: number,
  accuracies: (a: number) => Promise<Accuracies>,
): Promise<Soup> {
  const tried: Soup[] = [];
  const scan = async (from: number, to: number) => {
    for (let i = 0; i <= points; i++) {
      const a = from + ((to - from) * i) / points;
      if (!tried.some((soup) => Math.abs(soup.a - a) < 1e-9)) tried.push({ a, accuracies: await accuracies(a) });
    }
  };
  await scan(0, 1);
  const { a } = best(tried, bound);
  await scan(Math.max(0, a - 1 / points), Math.min(1, a + 1 / points));
  return best(tried, bound);
}

function best(tried: readonly Soup[], bound: number): Soup {
  const excess = ({ accuracies: { forget = 1 } }: Soup) => Math.max(0, forget - bound);
  const kept = ({ accuracies: { calibration = 0 } }: Soup) => calibration;
  return [...tried].sort((x, y) => excess(x) - excess(y) || kept(y) - kept(x) || x.a - y.a)[0]!;
}
