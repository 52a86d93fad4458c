import type { Primitive } from '../primitives';
import type { NodeOf, RuleTable, Tensor } from '../tensor';
import { blockedConvolution, type Convolution, isBlockable } from './blocked-convolution';
import type { OnnxAttribute, OnnxGraph } from './model';
import { isPointwise, pointwiseConvolution } from './pointwise-convolution';

/** How a rule writes: the graph it writes to, and the names that its node's inputs have there. */
export interface Emission {
  graph: OnnxGraph;
  inputs: readonly string[];
  /** Channels in a block of the processor's fast convolution; undefined where there is none, and every node is written as plain ONNX has it. */
  block?: number;
}

type Rule = (node: NodeOf<Primitive>, emission: Emission) => string[];

/** The primitive is one ONNX operator of the same operands. */
const direct =
  (type: string, attributes: Record<string, OnnxAttribute> = {}): Rule =>
  (_, { graph, inputs }) =>
    graph.node(type, inputs, attributes);

/**
 * An elementwise operator of two operands. ONNX Runtime's broadcasting takes one element at a time when one operand has no axes and the other's last axis
 * is 1, as that of a 1x1 kernel (measured: 50 times slower); axes of 1 for the first one avoid that.
 */
const binary =
  (type: string): Rule =>
  (node, { graph, inputs }) => {
    const rank = node.outputs[0]!.shape.length;
    const thin = node.inputs.some(({ shape }) => shape.at(-1) === 1);
    const operands = node.inputs.map((t, i) =>
      thin && t.shape.length === 0
        ? graph.node('Reshape', [inputs[i]!, graph.integers(new Array<number>(rank).fill(1))])[0]!
        : inputs[i]!,
    );
    return graph.node(type, operands);
  };

const leaf = (node: NodeOf<'input' | 'parameter'>): string[] => [node.attributes.name];
const ELEMENT_TYPE = { float32: 1, int64: 7, bool: 9 } as const;
/** ONNX's way to say "to the very front" when slicing backwards. */
const BEFORE_START = -(2 ** 31);

const swapLast = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

function transposedInput(graph: OnnxGraph, name: string, t: Tensor, flag: boolean): string {
  return flag ? graph.node('Transpose', [name], { perm: swapLast(t.shape.length) })[0]! : name;
}

/**
 * Two-dimensional products are Gemm, which reads either operand transposed for free; batched ones are MatMul, or ONNX Runtime's own FusedMatMul, which can
 * do the same.
 */
const matmul = (node: NodeOf<'matmul'>, { graph, inputs, block }: Emission): string[] => {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = node.attributes;
  if (a.shape.length === 2 && b.shape.length === 2) {
    return graph.node('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) });
  }
  if (block && (transposeA || transposeB)) {
    const transposed = { transA: Number(transposeA), transB: Number(transposeB) };
    return graph.node('FusedMatMul@com.microsoft', inputs, transposed);
  }
  return graph.node('MatMul', [
    transposedInput(graph, inputs[0]!, a, transposeA),
    transposedInput(graph, inputs[1]!, b, transposeB),
  ]);
};

const conv2d = (node: NodeOf<'conv2d'>, { graph, inputs, block }: Emission): string[] => {
  const { stride, padding } = node.attributes;
  const [x, w, bias] = inputs as [string, string, string | undefined];
  const [xShape, wShape] = node.inputs.map((t) => t.shape) as [readonly number[], readonly number[]];
  const yShape = node.outputs[0]!.shape;
  const convolution: Convolution = { x, xShape, w, wShape, bias, yShape, stride, padding, exchanged: false };
  if (block && isPointwise(convolution)) return [pointwiseConvolution(graph, convolution)];
  if (block && isBlockable(convolution)) return [blockedConvolution(graph, convolution, block)];
  return graph.node('Conv', inputs, {
    kernel_shape: wShape.slice(2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
};

/**
 * The gradient of a convolution with respect to its input. At stride 1 it is a convolution with the kernel turned by half a turn and its channel axes
 * exchanged, for which ONNX Runtime has its fast kernel; else ConvTranspose.
 */
const conv2dTransposed = (node: NodeOf<'conv2dTransposed'>, { graph, inputs, block }: Emission): string[] => {
  const [y, w] = node.inputs as [Tensor, Tensor];
  const { stride, padding, inputSize } = node.attributes;
  const kernel = [w.shape[2]!, w.shape[3]!];
  const turnedPadding = kernel.map((k) => k - 1 - padding);
  if (stride === 1 && turnedPadding.every((p) => p >= 0)) {
    let turned = inputs[1]!;
    if (kernel.some((k) => k > 1)) {
      const bounds = [
        [-1, -1],
        [BEFORE_START, BEFORE_START],
        [2, 3],
        [-1, -1],
      ].map((list) => graph.integers(list));
      [turned] = graph.node('Slice', [turned, ...bounds]) as [string];
    }
    const convolution: Convolution = {
      x: inputs[0]!,
      xShape: y.shape,
      w: turned,
      wShape: w.shape,
      yShape: node.outputs[0]!.shape,
      stride,
      padding: turnedPadding[0]!,
      exchanged: true,
    };
    const square = kernel[0] === kernel[1];
    if (block && isPointwise(convolution)) return [pointwiseConvolution(graph, convolution)];
    if (block && square && isBlockable(convolution)) return [blockedConvolution(graph, convolution, block)];
    const [exchanged] = graph.node('Transpose', [turned], { perm: [1, 0, 2, 3] }) as [string];
    return graph.node('Conv', [inputs[0]!, exchanged], {
      kernel_shape: kernel,
      pads: [...turnedPadding, ...turnedPadding],
    });
  }
  const reached = kernel.map((k, i) => (y.shape[2 + i]! - 1) * stride + k - 2 * padding);
  return graph.node('ConvTranspose', inputs, {
    kernel_shape: kernel,
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    output_padding: reached.map((extent, i) => inputSize[i]! - extent),
  });
};

/** ScatterElements, not ScatterND: ONNX Runtime's ScatterND(add) races on CPU and is wrong at size. */
const scatterAdd = (node: NodeOf<'scatterAdd'>, { graph, inputs }: Emission): string[] => {
  const [updates, indices] = node.inputs as [Tensor, Tensor];
  const { axis } = node.attributes;
  const { shape } = node.outputs[0]!;
  const count = indices.shape.reduce((a, b) => a * b, 1);
  const flatShape = shape.map((extent, i) => (i === axis ? count : extent));
  const flat =
    updates.shape.length === shape.length
      ? inputs[0]!
      : graph.node('Reshape', [inputs[0]!, graph.integers(flatShape)])[0]!;
  const column = shape.map((_, i) => (i === axis ? count : 1));
  const [aligned] = graph.node('Reshape', [inputs[1]!, graph.integers(column)]) as [string];
  const [everywhere] = graph.node('Expand', [aligned, graph.integers(flatShape)]) as [string];
  const [zeros] = graph.node('ConstantOfShape', [graph.integers(shape)]) as [string];
  return graph.node('ScatterElements', [zeros, everywhere, flat], { axis, reduction: 'add' });
};

/**
 * The sign of what is never negative is a step. It is relu's derivative, and ONNX Runtime's Sign is slow: HardSigmoid = max(0, min(1, alpha x + beta)) is
 * the same where alpha lifts the smallest normal number above one (measured on CPU: several times faster).
 */
const sign = (node: NodeOf<'sign'>, { graph, inputs }: Emission): string[] =>
  node.inputs[0]!.node.op === 'relu'
    ? graph.node('HardSigmoid', inputs, { alpha: { float: 3e38 }, beta: { float: 0 } })
    : graph.node('Sign', inputs);

/**
 * Written out: ONNX Runtime's BatchNormalization in training mode writes its running statistics over the buffers it was given, initialisers shared with
 * other nodes among them, and then every gradient but the last layers' is wrong.
 */
const batchNorm = (node: NodeOf<'batchNorm'>, { graph, inputs }: Emission): string[] => {
  const [x, weight, bias] = inputs as [string, string, string];
  const one = (type: string, operands: string[], attributes = {}) => graph.node(type, operands, attributes)[0]!;
  const perChannel = (name: string) => one('Reshape', [name, graph.integers([-1, 1, 1])]);
  const mean = (name: string) => one('ReduceMean', [name], { axes: [0, 2, 3], keepdims: 0 });
  const epsilon = graph.literal({ shape: [], dtype: 'float32' }, [node.attributes.epsilon]);
  const center = mean(x);
  const centered = one('Sub', [x, perChannel(center)]);
  const variance = mean(one('Mul', [centered, centered]));
  const scale = one('Div', [weight, one('Sqrt', [one('Add', [variance, epsilon])])]);
  const y = one('Add', [one('Mul', [centered, perChannel(scale)]), perChannel(bias)]);
  return [y, center, variance];
};

/** How each primitive is written in ONNX (https://onnx.ai/onnx/operators, opset 17). */
export const LOWERING: RuleTable<[emission: Emission], string[]> = {
  input: leaf,
  parameter: leaf,
  constant: (n, { graph }) => [graph.literal(n.attributes, n.attributes.data)],
  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  reciprocal: direct('Reciprocal'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  erf: direct('Erf'),
  abs: direct('Abs'),
  sign,
  relu: direct('Relu'),
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: binary('Div'),
  maximum: binary('Max'),
  minimum: binary('Min'),
  pow: binary('Pow'),
  less: binary('Less'),
  greater: binary('Greater'),
  equal: binary('Equal'),
  where: direct('Where'),
  cast: (n, { graph, inputs }) => graph.node('Cast', inputs, { to: ELEMENT_TYPE[n.attributes.dtype] }),
  stopGradient: (_, { inputs }) => [inputs[0]!],
  reshape: (n, { graph, inputs }) => graph.node('Reshape', [inputs[0]!, graph.integers(n.attributes.shape)]),
  transpose: (n, { graph, inputs }) => graph.node('Transpose', inputs, { perm: n.attributes.permutation }),
  broadcastTo: (n, { graph, inputs }) => graph.node('Expand', [inputs[0]!, graph.integers(n.attributes.shape)]),
  slice: (n, { graph, inputs }) => {
    const { shape } = n.inputs[0]!;
    const axes = shape.flatMap((extent, i) =>
      n.attributes.starts[i] === 0 && n.attributes.ends[i] === extent ? [] : [i],
    );
    const pick = (values: readonly number[]) => graph.integers(axes.map((axis) => values[axis]!));
    return graph.node('Slice', [inputs[0]!, pick(n.attributes.starts), pick(n.attributes.ends), graph.integers(axes)]);
  },
  pad: (n, { graph, inputs }) => {
    const value = graph.literal({ shape: [], dtype: n.outputs[0]!.dtype }, [n.attributes.value]);
    return graph.node('Pad', [inputs[0]!, graph.integers([...n.attributes.before, ...n.attributes.after]), value]);
  },
  concat: (n, { graph, inputs }) => graph.node('Concat', inputs, { axis: n.attributes.axis }),
  reverse: (n, { graph, inputs }) => {
    const all = (value: number) => graph.integers(n.attributes.axes.map(() => value));
    return graph.node('Slice', [inputs[0]!, all(-1), all(BEFORE_START), graph.integers(n.attributes.axes), all(-1)]);
  },
  gather: (n, { graph, inputs }) => graph.node('Gather', inputs, { axis: n.attributes.axis }),
  scatterAdd,
  sum: (n, { graph, inputs }) =>
    graph.node('ReduceSum', [inputs[0]!, graph.integers(n.attributes.axes)], {
      keepdims: Number(n.attributes.keepDims),
    }),
  max: (n, { graph, inputs }) =>
    graph.node('ReduceMax', inputs, { axes: n.attributes.axes, keepdims: Number(n.attributes.keepDims) }),
  argmax: (n, { graph, inputs }) => graph.node('ArgMax', inputs, { axis: n.attributes.axis, keepdims: 0 }),
  matmul,
  conv2d,
  conv2dTransposed,
  averagePool: (n, { graph, inputs }) => {
    const side = [n.attributes.kernel, n.attributes.kernel];
    return graph.node('AveragePool', inputs, { kernel_shape: side, strides: side });
  },
  upsample: (n, { graph, inputs }) => {
    const scales = graph.literal({ shape: [4], dtype: 'float32' }, [1, 1, n.attributes.factor, n.attributes.factor]);
    const nearest = { mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' };
    return graph.node('Resize', [inputs[0]!, '', scales], nearest);
  },
  softmax: direct('Softmax', { axis: -1 }),
  logSoftmax: direct('LogSoftmax', { axis: -1 }),
  layerNorm: (n, { graph, inputs }) =>
    graph.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: n.attributes.epsilon } }, 3),
  batchNorm,
};
