import { contrastiveLoss as clipContrastiveLoss } from '../clip';
import { cast, constant, equal, logSoftmax, mean, mul, neg, reshape, softmax, sub, sum, type Tensor } from '../engine';
import type { ClipOutput } from './batch';

/** CLIP's symmetric cross entropy over a batch of pairs (Radford et al. 2021, figure 3). Scalar, nats. */
export function contrastiveLoss(output: ClipOutput): Tensor {
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
