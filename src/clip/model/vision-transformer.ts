import { add, broadcastTo, concat, matmul, reshape, sliceAxis, type Tensor, transpose } from '../../engine';
import type { VisionTransformerClip } from '../config';
import type { Observe } from './observe';
import { transformer } from './transformer';
import { type Lookup, norm, within } from './weights';

/**
 * The image tower of CLIP's ViTs (https://arxiv.org/abs/2010.11929, with CLIP's norm before the first block):
 * patches of [B, 3, S, S] pixels, a class token, learnt positions, blocks, the class token's projection [B, D].
 *
 * @param places every patch's own features [B, patches, D] instead, see `encodePlaces`
 */
export function visionTransformer(
  pixels: Tensor,
  weights: Lookup,
  config: VisionTransformerClip,
  { places = false, observe }: { places?: boolean; observe?: Observe | undefined } = {},
): Tensor {
  const { image, activation, layerNormEpsilon: epsilon } = config;
  const { width, patchSize, layers, heads } = image;
  const batch = pixels.shape[0]!;

  const patches = embedPatches(pixels, weights('conv1.weight'), patchSize);
  const classToken = broadcastTo(reshape(weights('class_embedding'), [1, 1, width]), [batch, 1, width]);
  const tokens = add(concat([classToken, patches], 1), weights('positional_embedding'));

  const pooled = transformer(norm(tokens, weights, 'ln_pre', epsilon), within(weights, 'transformer.'), {
    layers,
    heads,
    activation,
    epsilon,
    pool: (x) => (places ? sliceAxis(x, 1, 1, x.shape[1]!) : sliceAxis(x, 1, 0, 1)),
    apart: places,
    ...(observe && { observe: (block: string, x: Tensor) => observe(`transformer.${block}`, x) }),
  });
  const features = norm(pooled, weights, 'ln_post', epsilon);
  return matmul(places ? features : reshape(features, [batch, width]), weights('proj'));
}

/**
 * The convolution whose stride is its kernel, as one matrix product: each P x P patch is a row of 3 P P numbers.
 *
 * @param weight [W, 3, P, P]
 * @returns [B, patches, W], row by row over the image
 */
function embedPatches(pixels: Tensor, weight: Tensor, patchSize: number): Tensor {
  const [batch, channels, height] = pixels.shape as [number, number, number];
  const side = height / patchSize;
  const tiles = reshape(pixels, [batch, channels, side, patchSize, side, patchSize]);
  const rows = reshape(transpose(tiles, [0, 2, 4, 1, 3, 5]), [batch, side * side, channels * patchSize ** 2]);
  return matmul(rows, reshape(weight, [weight.shape[0]!, -1]), { transposeB: true });
}
