import { contrastiveLoss as clipContrastiveLoss } from '../clip';
import { cast, constant, equal, logSoftmax, mean, mul, neg, reshape, softmax, sub, sum, type Tensor } from '../engine';
import type { ClipOutput } from './batch';

/** Ways to say how well a batch is known. */
export const LOSSES = ['zero-shot', 'contrastive'] as const;
export type Loss = (typeof LOSSES)[number];

/** Cross entropy of the classes or of the pairs, as a run chose. Scalar, nats. */
export const lossOf = (kind: Loss, output: ClipOutput): Tensor =>
  kind === 'zero-shot' ? zeroShotLoss(output) : contrastiveLoss(output);

/** B images and as many captions, matching by position. */
export type Pairs = Pick<ClipOutput, 'imageFeatures' | 'textFeatures' | 'logitScale'>;

/**
 * CLIP's symmetric cross entropy over a batch of pairs (Radford et al. 2021, figure 3). Scalar, nats.
 * Throws for one pair, which has nothing to be told apart from: its loss is zero whatever the weights.
 */
export function contrastiveLoss(output: Pairs): Tensor {
  if (output.imageFeatures.shape[0] === 1) throw new Error('the contrastive loss needs a batch of two pairs or more');
  return clipContrastiveLoss(output.imageFeatures, output.textFeatures, output.logitScale);
}

/** CE_zs: cross entropy of the samples' classes over zero-shot logits, averaged over the batch. Scalar, nats. */
export function zeroShotLoss(output: ClipOutput): Tensor {
  const logits = output.classLogits;
  const classes = constant(
    Array.from({ length: logits.shape[1]! }, (_, k) => k),
    [1, logits.shape[1]!],
    'int64',
  );
  const hit = cast(equal(reshape(output.labels, [-1, 1]), classes), 'float32');
  return neg(mean(sum(mul(hit, logSoftmax(logits, -1)), [-1])));
}

/** KL(softmax(target) || softmax(current)) of each row, averaged over rows. Scalar, nats; both are logits [B, N]. */
export function kl(target: Tensor, current: Tensor): Tensor {
  const p = softmax(target, -1);
  return mean(sum(mul(p, sub(logSoftmax(target, -1), logSoftmax(current, -1))), [-1]));
}

/** The dot product of each row of a with the same row of b: [B, D], [B, D] to [B]. */
export function rowDot(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b), [-1]);
}
