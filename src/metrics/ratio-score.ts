import { type Forgetting, remaining, scoreRows } from './forgetting';
import type { Declaration } from './metric';

/**
 * Score of the three-stage paper (https://arxiv.org/abs/2506.03117): after/before, at most 1, for each dataset; the target counts
 * 1 - ratio; 100 times the mean of all. From 0 to 100 (all of the target forgotten, nothing else).
 */
export function ratioScoreOf({ target, kept }: Forgetting): number {
  const ratios = [1 - remaining(target), ...kept.map(remaining)];
  return (100 * ratios.reduce((sum, ratio) => sum + ratio, 0)) / ratios.length;
}

export const ratioScore: Declaration = {
  title: 'Ratio score',
  description:
    'Mean of 1 - after / before of the target and of after / before, at most 1, of the other datasets, against the reference, times 100. The other datasets are the groups without the forget classes.',
  keys: '`score`; `target` and `kept`: after / before, at most 1, of the forget classes and of each group',
  direction: 'HIGHER',
  needs: ['CLASS_LABELS', 'REFERENCE', 'FORGET_CLASSES'],
  source:
    '[Three-stage forgetting](https://arxiv.org/abs/2506.03117); several forget classes as one target, and the interval (paired bootstrap), are OURS',
  measure: (of) => scoreRows(ratioScoreOf, of),
};
