import { add, expandDims, gelu, matmul, quickGelu, sliceAxis, split, type Tensor } from '../../engine';
import type { Activation } from '../config';
import { attention } from './attention';
import type { Observe } from './observe';
import { type Lookup, linear, norm, within } from './weights';

export interface TransformerOptions {
  layers: number;
  heads: number;
  activation: Activation;
  epsilon: number;
  /** Added to the attention scores, [L, L]. */
  mask?: Tensor;
  /** Picks the rows that are used afterwards: [B, L, W] to [B, R, W]. The last block computes no others. */
  pool: (x: Tensor) => Tensor;
  /** In the last block every row attends to itself alone, so that it stays the row of its own place. */
  apart?: boolean;
  /** Is shown the rows [B, L, W] that enter each block. */
  observe?: Observe;
}

/** Pre-norm residual attention blocks. @param x [B, L, W] @returns the pooled rows of the last block */
export function transformer(x: Tensor, weights: Lookup, options: TransformerOptions): Tensor {
  const { layers, pool, apart, observe } = options;
  for (let i = 0; i < layers - 1; i++) {
    observe?.(`resblocks.${i}`, x);
    x = block(x, within(weights, `resblocks.${i}.`), options);
  }
  observe?.(`resblocks.${layers - 1}`, x);
  return block(x, within(weights, `resblocks.${layers - 1}.`), options, pool, apart);
}

function block(
  x: Tensor,
  weights: Lookup,
  options: TransformerOptions,
  pool = (rows: Tensor) => rows,
  apart = false,
): Tensor {
  const { heads, epsilon, activation, mask } = options;
  const h = norm(x, weights, 'ln_1', epsilon);
  const [q, k, v] = projections(h, pool(h), weights);
  const mixed = apart ? pool(v) : attention(q, k, v, heads, mask && expandDims(pool(mask), -3));
  const y = add(pool(x), linear(mixed, weights, 'attn.out_proj'));
  const hidden = linear(norm(y, weights, 'ln_2', epsilon), weights, 'mlp.c_fc');
  return add(y, linear((activation === 'gelu' ? gelu : quickGelu)(hidden), weights, 'mlp.c_proj'));
}

/** Queries of `rows`, keys and values of `h`, by one matrix where rows are all of h. */
function projections(h: Tensor, rows: Tensor, weights: Lookup): [q: Tensor, k: Tensor, v: Tensor] {
  const width = h.shape[2]!;
  const project = (x: Tensor, start: number, end: number): Tensor[] => {
    const weight = sliceAxis(weights('attn.in_proj_weight'), 0, start * width, end * width);
    const bias = sliceAxis(weights('attn.in_proj_bias'), 0, start * width, end * width);
    return split(add(matmul(x, weight, { transposeB: true }), bias), end - start, -1);
  };
  return (rows === h ? project(h, 0, 3) : [...project(rows, 0, 1), ...project(h, 1, 3)]) as [Tensor, Tensor, Tensor];
}
