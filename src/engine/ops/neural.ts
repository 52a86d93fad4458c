import { normalisedAxes } from '../shapes';
import { apply, applyAll, type Tensor } from '../tensor';
import { add, div, erf, mul, rsqrt, sigmoid, sub } from './elementwise';
import { matmul } from './linear';
import { reshape, transpose } from './shape';

/** Runs `body` with `axis` moved to the end, where the primitives work. */
function onLastAxis(x: Tensor, axis: number, body: (x: Tensor) => Tensor): Tensor {
  const last = x.shape.length - 1;
  const [at] = normalisedAxes(x.shape.length, axis) as [number];
  if (at === last) return body(x);
  const swap = x.shape.map((_, i) => (i === at ? last : i === last ? at : i));
  return transpose(body(transpose(x, swap)), swap);
}

export const softmax = (x: Tensor, axis = -1): Tensor => onLastAxis(x, axis, (t) => apply('softmax', [t], {}));
export const logSoftmax = (x: Tensor, axis = -1): Tensor => onLastAxis(x, axis, (t) => apply('logSoftmax', [t], {}));

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis (https://arxiv.org/abs/1607.06450). */
export const layerNorm = (x: Tensor, weight: Tensor, bias: Tensor, epsilon = 1e-5): Tensor =>
  applyAll('layerNorm', [x, weight, bias], { epsilon })[0]!;

/** x * Phi(x), by the error function (https://arxiv.org/abs/1606.08415). */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1));

/** The sigmoid approximation of GELU that OpenAI's CLIP was trained with. */
export const quickGelu = (x: Tensor): Tensor => mul(x, sigmoid(mul(x, 1.702)));

/** Cross-correlation of x [N,C,H,W] with w [O,C,kh,kw], the same padding on all sides, plus an optional bias [O]. */
export function conv2d(
  x: Tensor,
  w: Tensor,
  { stride = 1, padding = 0, bias }: { stride?: number; padding?: number; bias?: Tensor } = {},
): Tensor {
  const [, , kh, kw] = w.shape;
  if (stride > 1 && kh === stride && kw === stride && padding === 0) return patchProjection(x, w, stride, bias);
  return apply('conv2d', bias ? [x, w, bias] : [x, w], { stride, padding });
}

/** A convolution whose patches do not overlap is one matrix product, and so are its gradients. */
function patchProjection(x: Tensor, w: Tensor, side: number, bias?: Tensor): Tensor {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [rows, columns, filters] = [height / side, width / side, w.shape[0]!];
  const tiles = transpose(reshape(x, [n, c, rows, side, columns, side]), [0, 2, 4, 1, 3, 5]);
  const product = matmul(reshape(tiles, [n, rows * columns, -1]), reshape(w, [filters, -1]), { transposeB: true });
  const y = transpose(bias ? add(product, bias) : product, [0, 2, 1]);
  return reshape(y, [n, filters, rows, columns]);
}

/** The mean of each `kernel` x `kernel` tile of x [N,C,H,W]; sides must divide. */
export const avgPool2d = (x: Tensor, kernel: number): Tensor =>
  kernel === 1 ? x : apply('averagePool', [x], { kernel });

/** Every pixel of x [N,C,H,W] repeated `factor` x `factor` times. */
export const upsample = (x: Tensor, factor: number): Tensor => apply('upsample', [x], { factor });

interface Affine {
  weight: Tensor;
  bias: Tensor;
}

const perChannel = (v: Tensor): Tensor => reshape(v, [-1, 1, 1]);

/** Batch normalisation of x [N,C,H,W] by running statistics [C], as in evaluation mode (https://arxiv.org/abs/1502.03167). */
export function batchNorm(
  x: Tensor,
  { weight, bias, mean: center, variance }: Affine & { mean: Tensor; variance: Tensor },
  epsilon = 1e-5,
): Tensor {
  const scale = mul(weight, rsqrt(add(variance, epsilon)));
  return add(mul(x, perChannel(scale)), perChannel(sub(bias, mul(center, scale))));
}

/** Batch normalisation by the batch's own statistics; `mean` and biased `variance` [C] are for the running statistics. */
export function batchNormTraining(
  x: Tensor,
  { weight, bias }: Affine,
  epsilon = 1e-5,
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const [y, center, spread] = applyAll('batchNorm', [x, weight, bias], { epsilon }) as [Tensor, Tensor, Tensor];
  return { y, mean: center, variance: spread };
}
