import { abs, cast, concat, greater, mean, reshape, sliceAxis, sum, type Tensor } from '../engine';
import type { Selection } from './training';

/** Weights that compete with one another, and the name of the level's scalar that says how many of them move. */
export interface Contest {
  readonly among: (weight: string) => boolean;
  readonly count: string;
}

/** In each step, of each group of weights, those with the largest mean |gradient| move. */
export const strongest =
  (contests: readonly Contest[]): Selection =>
  (gradients, level) =>
    new Map(
      contests.flatMap(({ among, count }) => {
        const names = [...gradients.keys()].filter(among);
        if (names.length === 0) return [];
        const strengths = concat(
          names.map((name) => reshape(mean(abs(gradients.get(name)!)), [1])),
          0,
        );
        const wins = cast(greater(level(count), rankOf(strengths)), 'float32');
        return names.map((name, i) => [name, reshape(sliceAxis(wins, 0, i, i + 1), [])] as const);
      }),
    );

/** Of each entry of x [n], how many others are greater. */
function rankOf(x: Tensor): Tensor {
  const count = x.shape[0]!;
  return sum(cast(greater(reshape(x, [1, count]), reshape(x, [count, 1])), 'float32'), [1]);
}
