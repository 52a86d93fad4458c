import { randomStream } from '../engine/random';
import type { Decision } from './linear-svc';

const FOLDS = 5;

/**
 * What classifiers say of samples that they did not learn from: members and others are each cut into five parts at random, and each part
 * is judged by a classifier of the other four. So the members' scores say something of their membership, and not of the classifier's memory.
 */
export function crossValidated(
  members: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
  learn: (samples: readonly (readonly number[])[], positive: readonly boolean[]) => Decision,
  seed: number,
): { readonly members: number[]; readonly others: number[] } {
  const parts = [foldsOf(members.length, seed, 'members'), foldsOf(others.length, seed, 'others')] as const;
  const scores = { members: Array<number>(members.length), others: Array<number>(others.length) };
  for (let fold = 0; fold < FOLDS; fold++) {
    const kept = [
      members.filter((_, i) => parts[0][i] !== fold),
      others.filter((_, i) => parts[1][i] !== fold),
    ] as const;
    const decide = learn(kept.flat(), [...kept[0].map(() => true), ...kept[1].map(() => false)]);
    members.forEach((x, i) => {
      if (parts[0][i] === fold) scores.members[i] = decide(x);
    });
    others.forEach((x, i) => {
      if (parts[1][i] === fold) scores.others[i] = decide(x);
    });
  }
  return scores;
}

/** The part of each of `count` samples. */
function foldsOf(count: number, seed: number, what: string): number[] {
  if (count < FOLDS) throw new RangeError(`cross-validation: ${count} ${what}, and ${FOLDS} parts`);
  const folds = Array<number>(count);
  randomStream(seed, `folds ${what}`)
    .permutation(count)
    .forEach((sample, place) => {
      folds[sample] = place % FOLDS;
    });
  return folds;
}
