import * as ops from '../ops';
import type { Primitive } from '../primitives';
import { broadcastAxes } from '../shapes';
import { apply, type NodeOf, type Tensor } from '../tensor';
import { convolutionWeightGradient } from './convolution';

/** The cotangents of a node's inputs; null where an input (an index, say) has none. */
export type Cotangents = readonly (Tensor | null)[];

/**
 * A vector-Jacobian product: from the cotangent of the node's first output (`g`) to those of its inputs. `y` is that output, recomputed by
 * nobody: it is the node's own. Rules are written in differentiable operations, so second order comes for free.
 */
export type Vjp<P extends Primitive> = (g: Tensor, node: NodeOf<P>, y: Tensor, all: Cotangents) => Cotangents;

/** Marks a primitive whose derivative does not exist or is zero almost everywhere: asking for a gradient through it throws. */
export const NON_DIFFERENTIABLE = Symbol('non-differentiable');

const { add, sub, mul, div, neg, square, sum, reshape, transpose, matmul, stopGradient, where } = ops;

/** Sums a cotangent over the axes along which its operand was broadcast. */
function unbroadcast(g: Tensor, like: Tensor): Tensor {
  const axes = broadcastAxes(like.shape, g.shape);
  return axes.length === 0 ? g : reshape(sum(g, axes), like.shape);
}

/** A float mask, constant for the gradient. */
const mask = (condition: Tensor): Tensor => stopGradient(ops.cast(condition, 'float32'));

const pair = (node: NodeOf<Primitive>): [Tensor, Tensor] => [node.inputs[0]!, node.inputs[1]!];
const only = (node: NodeOf<Primitive>): Tensor => node.inputs[0]!;

/** d max(a,b): all of it to the greater operand, half to each of equals. */
function selected(g: Tensor, node: NodeOf<'maximum' | 'minimum'>, y: Tensor): Cotangents {
  const [a, b] = pair(node);
  const isA = mask(ops.equal(a, y));
  const isB = mask(ops.equal(b, y));
  const share = div(g, add(isA, isB));
  return [unbroadcast(mul(share, isA), a), unbroadcast(mul(share, isB), b)];
}

/** Puts back the axes that a reduction removed. */
const restored = (g: Tensor, x: Tensor, axes: readonly number[]): Tensor =>
  reshape(
    g,
    x.shape.map((extent, i) => (axes.includes(i) ? 1 : extent)),
  );

export const GRADIENTS: { [P in Primitive]: Vjp<P> | typeof NON_DIFFERENTIABLE } = {
  input: () => [],
  parameter: () => [],
  constant: () => [],
  neg: (g) => [neg(g)],
  // d exp(x) = exp(x) dx
  exp: (g, _, y) => [mul(g, y)],
  // d log(x) = dx / x
  log: (g, n) => [div(g, only(n))],
  // d sqrt(x) = dx / (2 sqrt(x))
  sqrt: (g, _, y) => [div(mul(g, 0.5), y)],
  // d (1/x) = -x^-2 dx
  reciprocal: (g, _, y) => [neg(mul(g, square(y)))],
  // d tanh(x) = (1 - tanh(x)^2) dx
  tanh: (g, _, y) => [mul(g, sub(1, square(y)))],
  // d s(x) = s(x) (1 - s(x)) dx
  sigmoid: (g, _, y) => [mul(g, mul(y, sub(1, y)))],
  // d erf(x) = 2/sqrt(pi) exp(-x^2) dx
  erf: (g, n) => [mul(g, mul(2 / Math.sqrt(Math.PI), ops.exp(neg(square(only(n))))))],
  // d |x| = sign(x) dx
  abs: (g, n) => [mul(g, stopGradient(ops.sign(only(n))))],
  sign: NON_DIFFERENTIABLE,
  // y >= 0, so its sign is the step function
  relu: (g, _, y) => [mul(g, stopGradient(ops.sign(y)))],
  add: (g, n) => [unbroadcast(g, n.inputs[0]!), unbroadcast(g, n.inputs[1]!)],
  sub: (g, n) => [unbroadcast(g, n.inputs[0]!), unbroadcast(neg(g), n.inputs[1]!)],
  mul: (g, n) => {
    const [a, b] = pair(n);
    return [unbroadcast(mul(g, b), a), unbroadcast(mul(g, a), b)];
  },
  // d (a/b) = da / b - y db / b
  div: (g, n, y) => {
    const [a, b] = pair(n);
    const share = div(g, b);
    return [unbroadcast(share, a), unbroadcast(neg(mul(share, y)), b)];
  },
  maximum: selected,
  minimum: selected,
  // d a^b = b a^(b-1) da + a^b log(a) db; a constant exponent asks for no logarithm
  pow: (g, n, y) => {
    const [a, b] = pair(n);
    const toBase = unbroadcast(mul(g, mul(b, ops.pow(a, sub(b, 1)))), a);
    return [toBase, b.node.op === 'constant' ? null : unbroadcast(mul(g, mul(y, ops.log(a))), b)];
  },
  less: NON_DIFFERENTIABLE,
  greater: NON_DIFFERENTIABLE,
  equal: NON_DIFFERENTIABLE,
  where: (g, n) => {
    const [condition, a, b] = n.inputs as [Tensor, Tensor, Tensor];
    return [null, unbroadcast(where(condition, g, 0), a), unbroadcast(where(condition, 0, g), b)];
  },
  cast: NON_DIFFERENTIABLE,
  stopGradient: () => [null],
  reshape: (g, n) => [reshape(g, only(n).shape)],
  transpose: (g, n) => [transpose(g, inverse(n.attributes.permutation))],
  broadcastTo: (g, n) => [unbroadcast(g, only(n))],
  slice: (g, n) => {
    const { starts, ends } = n.attributes;
    const after = only(n).shape.map((extent, i) => extent - ends[i]!);
    return [ops.pad(g, starts, after)];
  },
  pad: (g, n) => {
    const { before } = n.attributes;
    const ends = only(n).shape.map((extent, i) => before[i]! + extent);
    return [ops.slice(g, before, ends)];
  },
  concat: (g, n) => {
    let start = 0;
    return n.inputs.map((part) => {
      const end = start + part.shape[n.attributes.axis]!;
      const piece = ops.sliceAxis(g, n.attributes.axis, start, end);
      start = end;
      return piece;
    });
  },
  reverse: (g, n) => [ops.reverse(g, n.attributes.axes)],
  gather: (g, n) => {
    const [x, indices] = pair(n);
    return [ops.scatterAdd(g, indices, n.attributes.axis, x.shape[n.attributes.axis]!), null];
  },
  scatterAdd: (g, n) => [ops.gather(g, n.inputs[1]!, n.attributes.axis), null],
  sum: (g, n) => [ops.broadcastTo(restored(g, only(n), n.attributes.axes), only(n).shape)],
  // equals share the cotangent
  max: (g, n, y) => {
    const { axes } = n.attributes;
    const hit = mask(ops.equal(only(n), restored(y, only(n), axes)));
    return [mul(hit, div(restored(g, only(n), axes), sum(hit, axes, true)))];
  },
  argmax: NON_DIFFERENTIABLE,
  // C = op(A) op(B): dA = dC op(B)^T, dB = op(A)^T dC, each read in the layout of its operand
  matmul: (g, n) => {
    const [a, b] = pair(n);
    const { transposeA, transposeB } = n.attributes;
    const da = transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB });
    const db = transposeB
      ? matmul(g, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, g, { transposeA: !transposeA });
    return [unbroadcast(da, a), unbroadcast(db, b)];
  },
  conv2d: (g, n) => {
    const [x, w, bias] = n.inputs as [Tensor, Tensor, Tensor | undefined];
    const [, , height, width] = x.shape as [number, number, number, number];
    const dx = apply('conv2dTransposed', [g, w], { ...n.attributes, inputSize: [height, width] });
    const dw = convolutionWeightGradient(x, g, w.shape, n.attributes);
    return bias ? [dx, dw, sum(g, [0, 2, 3])] : [dx, dw];
  },
  conv2dTransposed: (g, n) => {
    const [y, w] = pair(n);
    const { stride, padding } = n.attributes;
    return [ops.conv2d(g, w, { stride, padding }), convolutionWeightGradient(g, y, w.shape, { stride, padding })];
  },
  averagePool: (g, n) => [ops.upsample(mul(g, 1 / n.attributes.kernel ** 2), n.attributes.kernel)],
  upsample: (g, n) => [mul(ops.avgPool2d(g, n.attributes.factor), n.attributes.factor ** 2)],
  // d softmax = y (g - <g, y>)
  softmax: (g, _, y) => [mul(y, sub(g, sum(mul(g, y), -1, true)))],
  // d logSoftmax = g - softmax * sum(g)
  logSoftmax: (g, _, y) => [sub(g, mul(ops.exp(y), sum(g, -1, true)))],
  layerNorm: (g, n, _, all) => layerNormGradient(g, n, all),
  batchNorm: (g, n, _, all) => batchNormGradient(g, n, all),
};

/** y = xhat w + b with xhat = (x - m) r:  dx = r (dh - mean(dh) - xhat mean(dh xhat)), dh = g w; m and r are outputs too and have their own paths. */
function layerNormGradient(g: Tensor, node: NodeOf<'layerNorm'>, all: Cotangents): Cotangents {
  const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor];
  const [, m, r] = node.outputs.map((type, index) => ({ ...type, node, index })) as [Tensor, Tensor, Tensor];
  const width = x.shape[x.shape.length - 1]!;
  const xhat = mul(sub(x, m), r);
  const dh = mul(g, weight);
  let dx = mul(r, sub(sub(dh, ops.mean(dh, -1, true)), mul(xhat, ops.mean(mul(dh, xhat), -1, true))));
  const [, dm, dr] = all;
  if (dm) dx = add(dx, mul(dm, 1 / width));
  // r = (v + e)^-1/2, so dr/dx = -r^3 (x - m) / width = -r^2 xhat / width
  if (dr) dx = sub(dx, mul(mul(dr, square(r)), mul(xhat, 1 / width)));
  return [dx, unbroadcast(mul(g, xhat), weight), unbroadcast(g, bias)];
}

/**
 * y = (x - m) r w + b with m, r of the batch:  dx = w r (g - mean(g) - xhat mean(g xhat)), written as a g + b (x - m) + c with a, b, c per channel, so that
 * few passes over the activations are made; m and v are outputs too.
 */
function batchNormGradient(g: Tensor, node: NodeOf<'batchNorm'>, all: Cotangents): Cotangents {
  const [x, weight] = node.inputs as [Tensor, Tensor];
  const [, m, v] = node.outputs.map((type, index) => ({ ...type, node, index })) as [Tensor, Tensor, Tensor];
  const channel = (t: Tensor) => reshape(t, [-1, 1, 1]);
  const count = x.shape[0]! * x.shape[2]! * x.shape[3]!;
  const r = ops.rsqrt(add(v, node.attributes.epsilon));
  const centered = sub(x, channel(m));
  const total = sum(g, [0, 2, 3]);
  const aligned = mul(r, sum(mul(g, centered), [0, 2, 3]));
  const a = mul(weight, r);
  let b = neg(mul(mul(a, r), mul(aligned, 1 / count)));
  let c = neg(mul(a, mul(total, 1 / count)));
  const [, dm, dv] = all;
  if (dm) c = add(c, mul(dm, 1 / count));
  if (dv) b = add(b, mul(dv, 2 / count));
  const dx = add(add(mul(g, channel(a)), mul(centered, channel(b))), channel(c));
  return [dx, aligned, total];
}

function inverse(permutation: readonly number[]): number[] {
  const result = new Array<number>(permutation.length);
  permutation.forEach((axis, i) => {
    result[axis] = i;
  });
  return result;
}
