import { randomStream } from '../../src/engine';
import type { Halves, Photographs } from './photographs';
import { FINE_WORDS } from './words';

/** Which images of CIFAR-10 are shipped, and as what. Fixed, so that checkpoints and samples always fit together. */
export const SPLIT = { seed: 2026, pretrain: 100, unlearn: 200, evaluate: 200 } as const;

export type Part = 'pretrain' | 'unlearn' | 'evaluate';

/** Indices into a half for each part, sorted; `pretrain` is a sample of what pretraining saw. */
export interface Split {
  readonly pretrain: readonly number[];
  readonly unlearn: readonly number[];
  readonly evaluate: readonly number[];
  /** The whole of what pretraining may see: the training half without the unlearning part. */
  readonly trainable: readonly number[];
}

/**
 * Draws the parts class by class. Evaluation images come from the test half; unlearning images from the training half
 * but are kept from pretraining, so that the three parts never overlap. Copies of one file fall on the same side.
 */
export function split({ train, test }: Halves): Split {
  const drawn = FINE_WORDS.map((_, label) => ({
    train: shuffledClass(train, label, 'train'),
    test: shuffledClass(test, label, 'test'),
  }));
  const take = (half: 'train' | 'test', from: number, count: number) =>
    drawn.flatMap((of) => of[half].slice(from, from + count)).sort((a, b) => a - b);
  const unlearn = take('train', 0, SPLIT.unlearn);
  const evaluate = take('test', 0, SPLIT.evaluate);
  const kept = new Set([...unlearn.map((i) => train.hashes[i]), ...test.hashes]);
  const trainable = train.hashes.flatMap((hash, i) => (kept.has(hash) ? [] : [i]));
  const seen = new Set(trainable);
  const pretrain = take('train', SPLIT.unlearn, SPLIT.pretrain).filter((i) => seen.has(i));
  return { pretrain, unlearn, evaluate, trainable };
}

function shuffledClass(half: Photographs, label: number, name: string): number[] {
  const members = [...half.labels].flatMap((of, i) => (of === label ? [i] : []));
  const order = randomStream(SPLIT.seed, `split ${name}`, label).permutation(members.length);
  return [...order].map((at) => members[at]!);
}
