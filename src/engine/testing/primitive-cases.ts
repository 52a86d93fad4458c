import * as ops from '../ops';
import type { Primitive } from '../primitives';
import { randomStream } from '../random';
import { apply, constant, parameter, type Tensor } from '../tensor';

/** A use of a primitive on operands of given shapes, drawn from [low, high) so that the function is smooth there. */
export interface Case {
  shapes: number[][];
  low?: number;
  high?: number;
  f: (...operands: Tensor[]) => Tensor;
}

const indices = constant([2, 0, 2, 1], [2, 2], 'int64');
const unary = (f: (x: Tensor) => Tensor, low = -2, high = 2): Case[] => [{ shapes: [[2, 3]], low, high, f }];
const binary = (f: (a: Tensor, b: Tensor) => Tensor, low = 0.5, high = 2): Case[] => [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    low,
    high,
    f,
  },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    low,
    high,
    f,
  },
];
const half = (x: Tensor) => ops.cast(ops.greater(x, 0.1), 'float32');

/** Complete by type: a primitive without a case does not compile. */
export const CASES: { [P in Primitive]: Case[] } = {
  input: unary((x) => x),
  parameter: unary((x) => x),
  constant: unary((x) => ops.add(x, constant([1, 2, 3], [3]))),
  neg: unary(ops.neg),
  exp: unary(ops.exp),
  log: unary(ops.log, 0.5),
  sqrt: unary(ops.sqrt, 0.5),
  reciprocal: unary(ops.reciprocal, 0.5),
  tanh: unary(ops.tanh),
  sigmoid: unary(ops.sigmoid),
  erf: unary(ops.erf),
  abs: unary(ops.abs),
  sign: unary((x) => ops.mul(x, ops.stopGradient(ops.sign(x)))),
  relu: unary(ops.relu),
  add: binary(ops.add),
  sub: binary(ops.sub),
  mul: binary(ops.mul),
  div: binary(ops.div),
  maximum: binary(ops.maximum),
  minimum: binary(ops.minimum),
  pow: [...binary(ops.pow), { shapes: [[3]], low: -2, f: (x) => ops.pow(x, 3) }],
  less: unary((x) => ops.mul(x, ops.stopGradient(ops.cast(ops.less(x, 0), 'float32')))),
  greater: unary((x) => ops.mul(x, ops.stopGradient(half(x)))),
  equal: unary((x) => ops.mul(x, ops.stopGradient(ops.cast(ops.equal(x, 0), 'float32')))),
  where: [{ shapes: [[2, 3], [3]], f: (a, b) => ops.where(ops.stopGradient(ops.greater(a, b)), a, b) }],
  cast: unary((x) => ops.mul(x, ops.stopGradient(half(x)))),
  stopGradient: unary((x) => ops.add(x, ops.mul(ops.stopGradient(ops.mul(x, 0)), x))),
  reshape: unary((x) => ops.reshape(x, [3, -1])),
  transpose: [{ shapes: [[2, 3, 4]], f: (x) => ops.transpose(x, [2, 0, 1]) }],
  broadcastTo: [{ shapes: [[2, 1]], f: (x) => ops.broadcastTo(x, [3, 2, 4]) }],
  slice: [{ shapes: [[3, 4]], f: (x) => ops.slice(x, [1, 0], [3, 3]) }],
  pad: [{ shapes: [[2, 3]], f: (x) => ops.pad(x, [1, 0], [0, 2], 7) }],
  concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      f: (a, b) => ops.concat([a, b], 1),
    },
  ],
  reverse: [{ shapes: [[2, 3]], f: (x) => ops.reverse(x, [1]) }],
  gather: [
    { shapes: [[3, 2]], f: (x) => ops.gather(x, indices) },
    { shapes: [[2, 3, 2]], f: (x) => ops.gather(x, indices, 1) },
  ],
  scatterAdd: [
    { shapes: [[2, 2, 3]], f: (x) => ops.scatterAdd(x, indices, 0, 4) },
    { shapes: [[2, 2, 2]], f: (x) => ops.scatterAdd(x, constant([1, 1], [2], 'int64'), 1, 3) },
  ],
  sum: [
    { shapes: [[2, 3, 4]], f: (x) => ops.sum(x, [0, 2]) },
    { shapes: [[2, 3]], f: (x) => ops.sum(x, 1, true) },
  ],
  max: [{ shapes: [[2, 3, 4]], f: (x) => ops.max(x, [0, 2]) }],
  argmax: unary((x) => ops.mul(x, ops.stopGradient(ops.cast(ops.expandDims(ops.argmax(x, 1), 1), 'float32')))),
  matmul: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      f: (a, b) => ops.matmul(a, b),
    },
    {
      shapes: [
        [3, 2],
        [4, 3],
      ],
      f: (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true }),
    },
    {
      shapes: [
        [5, 2, 3],
        [5, 4, 3],
      ],
      f: (a, b) => ops.matmul(a, b, { transposeB: true }),
    },
    {
      shapes: [
        [5, 3, 2],
        [5, 3, 4],
      ],
      f: (a, b) => ops.matmul(a, b, { transposeA: true }),
    },
    {
      shapes: [
        [2, 1, 2, 3],
        [4, 3, 2],
      ],
      f: (a, b) => ops.matmul(a, b),
    },
    {
      shapes: [
        [2, 2, 3],
        [4, 3],
      ],
      f: (a, b) => ops.matmul(a, b, { transposeB: true }),
    },
  ],
  conv2d: [
    { shapes: [[2, 3, 5, 4], [2, 3, 3, 3], [2]], f: (x, w, bias) => ops.conv2d(x, w, { padding: 1, bias }) },
    {
      shapes: [
        [2, 3, 6, 6],
        [2, 3, 3, 3],
      ],
      f: (x, w) => ops.conv2d(x, w, { stride: 2, padding: 1 }),
    },
    {
      shapes: [
        [2, 3, 5, 5],
        [4, 3, 1, 1],
      ],
      f: (x, w) => ops.conv2d(x, w),
    },
    // few pixels an image, which are multiplied together
    { shapes: [[2, 3, 2, 3], [4, 3, 1, 1], [4]], f: (x, w, bias) => ops.conv2d(x, w, { bias }) },
    {
      shapes: [
        [2, 4, 6, 5],
        [2, 4, 3, 3],
      ],
      f: (x, w) => ops.conv2d(x, w, { stride: 2, padding: 1 }),
    },
    // images smaller than the products of their channels
    {
      shapes: [
        [2, 6, 1, 2],
        [5, 6, 1, 1],
      ],
      f: (x, w) => ops.conv2d(x, w),
    },
    {
      shapes: [
        [2, 4, 2, 3],
        [6, 4, 3, 3],
      ],
      f: (x, w) => ops.conv2d(x, w, { padding: 1 }),
    },
    // a kernel wider than the image
    {
      shapes: [
        [2, 1, 9, 1],
        [2, 1, 5, 5],
      ],
      f: (x, w) => ops.conv2d(x, w, { padding: 2 }),
    },
    {
      shapes: [
        [2, 3, 3, 1],
        [2, 3, 5, 5],
      ],
      f: (x, w) => ops.conv2d(x, w, { padding: 2 }),
    },
    { shapes: [[1, 2, 4, 4], [3, 2, 2, 2], [3]], f: (x, w, bias) => ops.conv2d(x, w, { stride: 2, bias }) },
  ],
  conv2dTransposed: [
    {
      shapes: [
        [1, 2, 3, 3],
        [2, 3, 3, 3],
      ],
      f: (y, w) => apply('conv2dTransposed', [y, w], { stride: 2, padding: 1, inputSize: [6, 6] }),
    },
    {
      shapes: [
        [1, 2, 4, 4],
        [2, 3, 3, 3],
      ],
      f: (y, w) => apply('conv2dTransposed', [y, w], { stride: 1, padding: 1, inputSize: [4, 4] }),
    },
    {
      shapes: [
        [2, 4, 3, 2],
        [4, 3, 1, 1],
      ],
      f: (y, w) => apply('conv2dTransposed', [y, w], { stride: 1, padding: 0, inputSize: [3, 2] }),
    },
  ],
  averagePool: [{ shapes: [[2, 2, 4, 6]], f: (x) => ops.avgPool2d(x, 2) }],
  upsample: [{ shapes: [[2, 2, 2, 3]], f: (x) => ops.upsample(x, 2) }],
  softmax: unary((x) => ops.softmax(x)),
  logSoftmax: unary((x) => ops.logSoftmax(x, 0)),
  batchNorm: [
    { shapes: [[3, 2, 2, 2], [2], [2]], f: (x, weight, bias) => ops.batchNormTraining(x, { weight, bias }).y },
    {
      shapes: [[3, 2, 2, 2], [2], [2]],
      f: (x, weight, bias) => {
        const { y, mean, variance } = ops.batchNormTraining(x, { weight, bias });
        return ops.add(y, ops.reshape(ops.mul(mean, variance), [2, 1, 1]));
      },
    },
    {
      // two of one width: ONNX Runtime writes the statistics over operands that they must not share
      shapes: [[3, 2, 2, 2], [2], [2]],
      f: (x, weight, bias) => {
        const first = ops.batchNormTraining(x, { weight, bias }).y;
        return ops.batchNormTraining(ops.square(first), { weight, bias }).y;
      },
    },
  ],
  layerNorm: [{ shapes: [[2, 3, 5], [5], [5]], f: (x, w, b) => ops.layerNorm(x, w, b) }],
};

const random = randomStream(7, 'primitives');
const draw = (shape: number[], low: number, high: number) =>
  Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    Math.fround(low + (high - low) * random.uniform()),
  );

/** A scalar that weighs every element of f's result differently, its operands, and their values. */
export function problem({ shapes, low = 0.3, high = 2, f }: Case) {
  const operands = shapes.map((shape, i) => parameter(`x${i}`, shape));
  const values = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, draw(shape, low, high)]));
  const y = f(...operands);
  const loss = ops.sum(ops.mul(y, constant(draw([...y.shape], 0.5, 1.5), y.shape)));
  return { operands, values, y, loss };
}
