import { broadcastShapes, convolutionShape, reducedShape } from './shapes';
import type { DType, Tensor, TensorType } from './tensor';

/** What every primitive is told beside its operands. This interface IS the list of primitives: each table of rules is complete over it by type. */
export interface Attributes {
  // leaves
  input: { name: string; shape: readonly number[]; dtype: DType };
  parameter: { name: string; shape: readonly number[] };
  constant: { data: Float64Array; shape: readonly number[]; dtype: DType };
  // elementwise, float32
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  reciprocal: None;
  tanh: None;
  sigmoid: None;
  erf: None;
  abs: None;
  sign: None;
  relu: None;
  add: None;
  sub: None;
  mul: None;
  div: None;
  maximum: None;
  minimum: None;
  pow: None;
  // choice
  less: None;
  greater: None;
  equal: None;
  where: None;
  cast: { dtype: DType };
  stopGradient: None;
  // shape
  reshape: { shape: readonly number[] };
  transpose: { permutation: readonly number[] };
  broadcastTo: { shape: readonly number[] };
  slice: { starts: readonly number[]; ends: readonly number[] };
  pad: { before: readonly number[]; after: readonly number[]; value: number };
  concat: { axis: number };
  reverse: { axes: readonly number[] };
  gather: { axis: number };
  scatterAdd: { axis: number; extent: number };
  // reductions
  sum: { axes: readonly number[]; keepDims: boolean };
  max: { axes: readonly number[]; keepDims: boolean };
  argmax: { axis: number };
  // linear algebra
  matmul: { transposeA: boolean; transposeB: boolean };
  conv2d: ConvolutionAttributes;
  conv2dTransposed: ConvolutionAttributes & { inputSize: readonly [number, number] };
  averagePool: { kernel: number };
  upsample: { factor: number };
  // normalisation
  softmax: None;
  logSoftmax: None;
  layerNorm: { epsilon: number };
  batchNorm: { epsilon: number };
}

export type Primitive = keyof Attributes;
export type None = Record<string, never>;

/** `padding` is the same on all four sides. */
export interface ConvolutionAttributes {
  stride: number;
  padding: number;
}

type ShapeRule<P extends Primitive> = (inputs: readonly Tensor[], attributes: Attributes[P]) => TensorType[];

const fail = (op: string, inputs: readonly Tensor[], why: string): never => {
  const operands = inputs.map((t) => `${t.dtype}[${t.shape.join(',')}]`).join(', ');
  throw new Error(`${op}(${operands}): ${why}`);
};
const need = (op: string, inputs: readonly Tensor[], holds: boolean, why: string): void => {
  if (!holds) fail(op, inputs, why);
};
const float = (shape: readonly number[]): TensorType[] => [{ shape, dtype: 'float32' }];
const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const unary = (op: string) => (inputs: readonly Tensor[]) => {
  need(op, inputs, inputs.length === 1 && inputs[0]!.dtype === 'float32', 'takes one float32 tensor');
  return float(inputs[0]!.shape);
};
const binary = (op: string, dtype?: DType) => (inputs: readonly Tensor[]) => {
  const [a, b] = inputs as [Tensor, Tensor];
  need(op, inputs, a.dtype === b.dtype && a.dtype !== 'bool', 'takes two tensors of one numeric type');
  return [{ shape: broadcastShapes(op, a.shape, b.shape), dtype: dtype ?? a.dtype }];
};
const reduction = (op: string) => (inputs: readonly Tensor[], a: Attributes['sum']) => {
  need(op, inputs, inputs[0]!.dtype === 'float32', 'takes a float32 tensor');
  return float(reducedShape(inputs[0]!.shape, a.axes, a.keepDims));
};

/** The result types of every primitive; a misuse throws, naming primitive and operands. */
export const SHAPE_RULES: { [P in Primitive]: ShapeRule<P> } = {
  input: (_, a) => [{ shape: a.shape, dtype: a.dtype }],
  parameter: (_, a) => float(a.shape),
  constant: (inputs, a) => {
    need('constant', inputs, a.data.length === elements(a.shape), `${a.data.length} values for [${a.shape.join(',')}]`);
    return [{ shape: a.shape, dtype: a.dtype }];
  },
  neg: unary('neg'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  reciprocal: unary('reciprocal'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  erf: unary('erf'),
  abs: unary('abs'),
  sign: unary('sign'),
  relu: unary('relu'),
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  pow: binary('pow'),
  less: binary('less', 'bool'),
  greater: binary('greater', 'bool'),
  equal: binary('equal', 'bool'),
  where: (inputs) => {
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    need(
      'where',
      inputs,
      condition.dtype === 'bool' && a.dtype === b.dtype,
      'takes a bool and two tensors of one type',
    );
    const shape = broadcastShapes('where', condition.shape, broadcastShapes('where', a.shape, b.shape));
    return [{ shape, dtype: a.dtype }];
  },
  cast: (inputs, a) => [{ shape: inputs[0]!.shape, dtype: a.dtype }],
  stopGradient: (inputs) => [inputs[0]!],
  reshape: (inputs, a) => {
    need('reshape', inputs, elements(a.shape) === elements(inputs[0]!.shape), `cannot become [${a.shape.join(',')}]`);
    return [{ shape: a.shape, dtype: inputs[0]!.dtype }];
  },
  transpose: (inputs, a) => {
    const { shape, dtype } = inputs[0]!;
    const sorted = [...a.permutation].sort((x, y) => x - y);
    need(
      'transpose',
      inputs,
      sorted.length === shape.length && sorted.every((v, i) => v === i),
      `permutation ${a.permutation}`,
    );
    return [{ shape: a.permutation.map((axis) => shape[axis]!), dtype }];
  },
  broadcastTo: (inputs, a) => {
    const shape = broadcastShapes('broadcastTo', inputs[0]!.shape, a.shape);
    need('broadcastTo', inputs, String(shape) === String(a.shape), `cannot become [${a.shape.join(',')}]`);
    return [{ shape, dtype: inputs[0]!.dtype }];
  },
  slice: (inputs, a) => {
    const { shape, dtype } = inputs[0]!;
    const inside = shape.every((extent, i) => 0 <= a.starts[i]! && a.starts[i]! < a.ends[i]! && a.ends[i]! <= extent);
    need('slice', inputs, inside && a.starts.length === shape.length, `[${a.starts}] to [${a.ends}] is outside`);
    return [{ shape: shape.map((_, i) => a.ends[i]! - a.starts[i]!), dtype }];
  },
  pad: (inputs, a) => {
    const { shape, dtype } = inputs[0]!;
    need('pad', inputs, a.before.length === shape.length && a.after.length === shape.length, 'one padding an axis');
    return [{ shape: shape.map((extent, i) => a.before[i]! + extent + a.after[i]!), dtype }];
  },
  concat: (inputs, a) => {
    const first = inputs[0]!;
    const fits = inputs.every(
      (t) => t.dtype === first.dtype && t.shape.every((extent, i) => i === a.axis || extent === first.shape[i]),
    );
    need('concat', inputs, fits, `differ beside axis ${a.axis}`);
    const extent = inputs.reduce((total, t) => total + t.shape[a.axis]!, 0);
    return [{ shape: first.shape.map((e, i) => (i === a.axis ? extent : e)), dtype: first.dtype }];
  },
  reverse: (inputs) => [inputs[0]!],
  gather: (inputs, a) => {
    const [x, indices] = inputs as [Tensor, Tensor];
    need('gather', inputs, indices.dtype === 'int64', 'indices are int64');
    const shape = [...x.shape.slice(0, a.axis), ...indices.shape, ...x.shape.slice(a.axis + 1)];
    return [{ shape, dtype: x.dtype }];
  },
  scatterAdd: (inputs, a) => {
    const [updates, indices] = inputs as [Tensor, Tensor];
    need('scatterAdd', inputs, indices.dtype === 'int64', 'indices are int64');
    const rest = updates.shape.slice(a.axis + indices.shape.length);
    return float([...updates.shape.slice(0, a.axis), a.extent, ...rest]);
  },
  sum: reduction('sum'),
  max: reduction('max'),
  argmax: (inputs, a) => [{ shape: reducedShape(inputs[0]!.shape, [a.axis], false), dtype: 'int64' }],
  matmul: (inputs, a) => {
    const [x, y] = inputs as [Tensor, Tensor];
    need('matmul', inputs, x.shape.length >= 2 && y.shape.length >= 2, 'takes matrices');
    const swap = (shape: readonly number[], flip: boolean) => (flip ? shape.slice(-2).reverse() : shape.slice(-2));
    const [rows, inner] = swap(x.shape, a.transposeA) as [number, number];
    const [inner2, columns] = swap(y.shape, a.transposeB) as [number, number];
    need('matmul', inputs, inner === inner2, `inner extents ${inner} and ${inner2} differ`);
    return float([...broadcastShapes('matmul', x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns]);
  },
  conv2d: (inputs, a) => {
    const [x, w, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    need('conv2d', inputs, x.shape.length === 4 && x.shape[1] === w.shape[1], 'takes [N,C,H,W] and [O,C,kh,kw]');
    need('conv2d', inputs, !bias || String(bias.shape) === String([w.shape[0]]), 'the bias is [O]');
    return float(convolutionShape(x.shape, w.shape, a));
  },
  conv2dTransposed: (inputs, a) => {
    const [y, w] = inputs as [Tensor, Tensor];
    need('conv2dTransposed', inputs, y.shape[1] === w.shape[0], 'takes [N,O,h,w] and [O,C,kh,kw]');
    return float([y.shape[0]!, w.shape[1]!, ...a.inputSize]);
  },
  averagePool: (inputs, a) => {
    const [n, c, h, w] = inputs[0]!.shape as [number, number, number, number];
    need('averagePool', inputs, h % a.kernel === 0 && w % a.kernel === 0, `sides must divide by ${a.kernel}`);
    return float([n, c, h / a.kernel, w / a.kernel]);
  },
  upsample: (inputs, a) => {
    const [n, c, h, w] = inputs[0]!.shape as [number, number, number, number];
    return float([n, c, h * a.factor, w * a.factor]);
  },
  softmax: unary('softmax'),
  logSoftmax: unary('logSoftmax'),
  layerNorm: (inputs) => {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
    const width = [x.shape[x.shape.length - 1]!];
    const fits = String(weight.shape) === String(width) && String(bias.shape) === String(width);
    need('layerNorm', inputs, fits, 'weight and bias are as wide as the last axis');
    const statistics = [...x.shape.slice(0, -1), 1];
    return [...float(x.shape), ...float(statistics), ...float(statistics)];
  },
  batchNorm: (inputs) => {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
    const channels = [x.shape[1]!];
    const fits =
      x.shape.length === 4 && String(weight.shape) === String(channels) && String(bias.shape) === String(channels);
    need('batchNorm', inputs, fits, 'takes [N,C,H,W] and two of [C]');
    return [...float(x.shape), ...float(channels), ...float(channels)];
  },
};
