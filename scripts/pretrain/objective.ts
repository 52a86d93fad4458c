import { buildClip, type ClipConfig } from '../../src/clip';
import {
  add,
  div,
  exp,
  input,
  l2norm,
  logSoftmax,
  matmul,
  mul,
  neg,
  sum,
  type Tensor,
  transpose,
} from '../../src/engine';
import { CAPTIONS_PER_STEP } from './caption-sheet';

/**
 * Contrastive loss over a batch of B images and the K captions of its sheet. A batch has few classes, so most captions
 * are true of many images, and CLIP's one-positive loss would push true pairs apart. Instead `shares` [B,K] holds the
 * probability of drawing caption k for image i, and both directions are cross entropies against it: CLIP's loss in
 * expectation over the draw, as in UniCL (Yang et al., 2022, arXiv 2204.03610).
 */
export function sharedCaptionLoss(
  imageFeatures: Tensor,
  textFeatures: Tensor,
  logScale: Tensor,
  shares: Tensor,
): Tensor {
  const unit = (x: Tensor) => div(x, l2norm(x, [-1], true));
  const scale = exp(logScale);
  const logits = mul(scale, matmul(unit(imageFeatures), transpose(unit(textFeatures))));
  const logProbability = add(logSoftmax(logits, 1), logSoftmax(logits, 0));
  return div(neg(sum(mul(shares, logProbability))), 2 * imageFeatures.shape[0]!);
}

/** The loss of one step as a graph with the inputs images [B,3,S,S], captions [K,L] and shares [B,K]. */
export function pretrainingObjective(config: ClipConfig, batch: number) {
  const { size } = config.image;
  const clip = buildClip(config, { training: true });
  const images = input('images', [batch, 3, size, size]);
  const captions = input('captions', [CAPTIONS_PER_STEP, config.text.contextLength], 'int64');
  const shares = input('shares', [batch, CAPTIONS_PER_STEP]);
  const loss = sharedCaptionLoss(clip.encodeImage(images), clip.encodeText(captions), clip.logitScale, shares);
  return { clip, loss };
}
