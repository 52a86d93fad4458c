import { add, matmul, mul, reshape, softmax, type Tensor, transpose } from '../../engine';

/**
 * Multi-head scaled dot-product attention (https://arxiv.org/abs/1706.03762): softmax(q kᵀ / sqrt(d) + mask) v.
 *
 * @param q [B, Q, W], `k` and `v` [B, L, W]; W is divided among the heads
 * @param mask added to the scores [B, heads, Q, L], broadcast
 * @returns [B, Q, W], heads side by side
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number, mask?: Tensor): Tensor {
  const [batch, queries, width] = q.shape as [number, number, number];
  // Scaling the queries rather than the scores touches fewer numbers.
  const scaled = mul(q, 1 / Math.sqrt(width / heads));
  const scores = matmul(byHead(scaled, heads), byHead(k, heads), { transposeB: true });
  const probabilities = softmax(mask ? add(scores, mask) : scores);
  const mixed = matmul(probabilities, byHead(v, heads));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [batch, queries, width]);
}

/** [B, L, W] to [B, heads, L, W / heads]. */
function byHead(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}
