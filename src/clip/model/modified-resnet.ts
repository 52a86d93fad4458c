import { add, avgPool2d, concat, mean, relu, reshape, sliceAxis, type Tensor, transpose } from '../../engine';
import type { ModifiedResNetConfig } from '../config';
import { attention } from './attention';
import type { NormalisedConvolution } from './normalised-convolution';
import { type Lookup, linear, within } from './weights';

/**
 * The image tower of CLIP's ResNets (https://arxiv.org/abs/2103.00020, section 2.4): three stem convolutions, an average
 * pool before every strided convolution, attention pooling in place of the average at the end.
 *
 * @param pixels [B, 3, S, S]
 * @param places every cell's own features [B, cells, D] instead, see `encodePlaces`
 * @returns [B, D]
 */
export function modifiedResNet(
  pixels: Tensor,
  weights: Lookup,
  config: ModifiedResNetConfig,
  conv: NormalisedConvolution,
  places = false,
): Tensor {
  let x = relu(conv(pixels, 'conv1', 'bn1', { stride: 2, padding: 1 }));
  x = relu(conv(x, 'conv2', 'bn2', { padding: 1 }));
  x = relu(conv(x, 'conv3', 'bn3', { padding: 1 }));
  x = avgPool2d(x, 2);
  for (const [stage, blocks] of config.layers.entries())
    for (let i = 0; i < blocks; i++) {
      const stride = i === 0 && stage > 0 ? 2 : 1;
      x = bottleneck(x, `layer${stage + 1}.${i}.`, stride, i === 0, conv);
    }
  const pool = within(weights, 'attnpool.');
  return places ? cellFeatures(x, pool) : attentionPool(x, pool, config.heads);
}

function bottleneck(x: Tensor, at: string, stride: number, first: boolean, conv: NormalisedConvolution): Tensor {
  const shortcut = first ? conv(avgPool2d(x, stride), `${at}downsample.0`, `${at}downsample.1`) : x;
  let y = relu(conv(x, `${at}conv1`, `${at}bn1`));
  y = relu(conv(y, `${at}conv2`, `${at}bn2`, { padding: 1 }));
  y = conv(avgPool2d(y, stride), `${at}conv3`, `${at}bn3`);
  return relu(add(y, shortcut));
}

/** The mean of all cells attends to the cells and to itself. @param x [B, C, h, w] @returns [B, D] */
function attentionPool(x: Tensor, weights: Lookup, heads: number): Tensor {
  const [batch, channels] = x.shape as [number, number];
  const tokens = poolTokens(x, weights);
  const q = linear(sliceAxis(tokens, 1, 0, 1), weights, 'q_proj');
  const k = linear(tokens, weights, 'k_proj');
  const v = linear(tokens, weights, 'v_proj');
  return linear(reshape(attention(q, k, v, heads), [batch, channels]), weights, 'c_proj');
}

/** What the pool gives if each cell attends to itself alone. @param x [B, C, h, w] @returns [B, h w, D] */
function cellFeatures(x: Tensor, weights: Lookup): Tensor {
  const tokens = poolTokens(x, weights);
  return linear(linear(sliceAxis(tokens, 1, 1, tokens.shape[1]!), weights, 'v_proj'), weights, 'c_proj');
}

/** The mean of all cells and the cells, with their positions. @param x [B, C, h, w] @returns [B, 1 + h w, C] */
function poolTokens(x: Tensor, weights: Lookup): Tensor {
  const [batch, channels] = x.shape as [number, number];
  const cells = transpose(reshape(x, [batch, channels, -1]), [0, 2, 1]);
  return add(concat([mean(cells, 1, true), cells], 1), weights('positional_embedding'));
}
