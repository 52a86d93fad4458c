import { type Forgetting, remaining, scoreRows } from './forgetting';
import type { Declaration } from './metric';

/**
 * Average score of the Lip paper, equation 10 (https://arxiv.org/abs/2407.07485): (1/(N+1)) * ((1 - A_cl) + sum_ds A_ds) over N datasets, with
 * A = clip((before - after)/before, 0, 1), the share that was lost. From 0 (all of the target forgotten, nothing else) to 1.
 */
export function lipScoreOf({ target, kept }: Forgetting): number {
  const lost = kept.reduce((sum, dataset) => sum + (1 - remaining(dataset)), 0);
  return (remaining(target) + lost) / (kept.length + 1);
}

export const lipScore: Declaration = {
  title: "Lip's average score",
  description:
    'Mean of the share of the target that is still known and of the shares of the other datasets that were lost, against the reference, from 0 to 1. The other datasets are the groups without the forget classes.',
  keys: '`score`; `target` and `kept`: after / before, at most 1, of the forget classes and of each group',
  direction: 'LOWER',
  needs: ['CLASS_LABELS', 'REFERENCE', 'FORGET_CLASSES'],
  source:
    '[Lip](https://arxiv.org/abs/2407.07485), equation 10; several forget classes as one target, and the interval (paired bootstrap), are OURS',
  measure: (of) => scoreRows(lipScoreOf, of),
};
