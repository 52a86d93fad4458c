import {
  add,
  argmax,
  cast,
  constant,
  equal,
  expandDims,
  gather,
  matmul,
  reshape,
  sliceAxis,
  type Tensor,
} from '../../engine';
import type { ClipConfig, TextConfig } from '../config';
import { transformer } from './transformer';
import { type Lookup, norm, within } from './weights';

/** Added to the score of a position that must not be seen. Finite, so that multiplying it by zero stays zero. */
const HIDDEN = -1e9;

/**
 * CLIP's text tower: causal blocks over the tokens, read at the end-of-text token, projected to [B, D].
 *
 * @param ids int64 [B, L]; L may be shorter than the context length, for no position sees a later one
 */
export function textTransformer(ids: Tensor, weights: Lookup, config: ClipConfig): Tensor {
  const { text, activation, layerNormEpsilon: epsilon } = config;
  const { width, layers, heads } = text;
  const [batch, length] = ids.shape as [number, number];

  const positions = sliceAxis(weights('positional_embedding'), 0, 0, length);
  const tokens = add(gather(weights('token_embedding.weight'), ids), positions);
  const eot = endOfText(ids, text);

  const pooled = transformer(tokens, within(weights, 'transformer.'), {
    layers,
    heads,
    activation,
    epsilon,
    mask: causalMask(length),
    pool: (x) => matmul(eot, x),
  });
  return matmul(reshape(norm(pooled, weights, 'ln_final', epsilon), [batch, width]), weights('text_projection'));
}

/**
 * One at each sequence's end-of-text token, zero elsewhere: [B, 1, L]. A product with it picks that token's row, and its
 * gradient is a product too, where an indexed lookup's is a scatter.
 */
function endOfText(ids: Tensor, { pooling, eotToken }: TextConfig): Tensor {
  const length = ids.shape[1]!;
  const eot = constant([eotToken], [], 'int64');
  // Ids are below 2^24, exact in float32.
  const score = cast(pooling === 'argmax' ? ids : equal(ids, eot), 'float32');
  const position = expandDims(argmax(score, 1), 1);
  const positions = constant(
    Array.from({ length }, (_, i) => i),
    [1, length],
    'int64',
  );
  return expandDims(cast(equal(positions, position), 'float32'), 1);
}

/** [L, L]: position i sees positions 0 to i. */
function causalMask(length: number): Tensor {
  const mask = Float64Array.from({ length: length * length }, (_, at) => (at % length > at / length ? HIDDEN : 0));
  return constant(mask, [length, length]);
}
