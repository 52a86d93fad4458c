import { add, constant, div, exp, l2norm, logSoftmax, matmul, mul, sum, type Tensor, transpose } from '../../engine';

/** Rows of unit length: [B, D]. */
export const normalise = (features: Tensor): Tensor => div(features, l2norm(features, -1, true));

/**
 * Similarities as CLIP scales them: exp(logitScale) cos(image, text), [images, texts].
 *
 * @param imageFeatures [images, D] and `textFeatures` [texts, D], of any length
 * @param logitScale the parameter as stored, a logarithm
 */
export const logitsPerImage = (imageFeatures: Tensor, textFeatures: Tensor, logitScale: Tensor): Tensor =>
  mul(exp(logitScale), matmul(normalise(imageFeatures), normalise(textFeatures), { transposeB: true }));

/**
 * CLIP's symmetric loss on B matching pairs (https://arxiv.org/abs/2103.00020, figure 3): the mean cross entropy of
 * finding each image's text among B and each text's image among B.
 *
 * @param imageFeatures [B, D] and `textFeatures` [B, D], of any length
 * @param logitScale the parameter as stored, a logarithm
 */
export function contrastiveLoss(imageFeatures: Tensor, textFeatures: Tensor, logitScale: Tensor): Tensor {
  const logits = logitsPerImage(imageFeatures, textFeatures, logitScale);
  const batch = logits.shape[0]!;
  const matching = constant(
    Float64Array.from({ length: batch * batch }, (_, i) => (i % (batch + 1) === 0 ? 1 : 0)),
    [batch, batch],
  );
  const logProbabilities = add(logSoftmax(logits), transpose(logSoftmax(transpose(logits))));
  return mul(sum(mul(logProbabilities, matching)), -1 / (2 * batch));
}
