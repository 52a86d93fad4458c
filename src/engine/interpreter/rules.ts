import type { Primitive } from '../primitives';
import { strides } from '../shapes';
import type { NodeOf, RuleTable } from '../tensor';
import { type NdArray, offsets, zerosOf } from './array';
import { convolve, convolveTransposed } from './convolution';
import { erf } from './erf';

export type Feeds = ReadonlyMap<string, NdArray>;
type Rule = (node: NodeOf<Primitive>, inputs: readonly NdArray[]) => NdArray[];

const map =
  (f: (x: number) => number): Rule =>
  (_, [x]) => [{ shape: x!.shape, data: x!.data.map(f) }];

/** Reads `x` as if it had the broadcast `shape`. */
function spread(x: NdArray, shape: readonly number[]): Int32Array {
  const own = strides(x.shape);
  const offset = shape.length - x.shape.length;
  return offsets(
    shape,
    shape.map((_, i) => (i < offset || x.shape[i - offset] === 1 ? 0 : own[i - offset]!)),
  );
}

const zip =
  (f: (a: number, b: number) => number): Rule =>
  (node, [a, b]) => {
    const { shape } = node.outputs[0]!;
    const [ia, ib] = [spread(a!, shape), spread(b!, shape)];
    return [{ shape, data: Float64Array.from(ia, (at, i) => f(a!.data[at]!, b!.data[ib[i]!]!)) }];
  };

function permuted(x: NdArray, shape: readonly number[], step: readonly number[], start = 0): NdArray {
  return { shape, data: Float64Array.from(offsets(shape, step, start), (at) => x.data[at]!) };
}

function reduce(
  x: NdArray,
  axes: readonly number[],
  shape: readonly number[],
  start: number,
  f: (total: number, value: number) => number,
): NdArray {
  const kept = x.shape.map((extent, i) => (axes.includes(i) ? 1 : extent));
  const step = strides(kept).map((s, i) => (axes.includes(i) ? 0 : s));
  const result = { shape, data: zerosOf(shape).data.fill(start) };
  offsets(x.shape, step).forEach((at, i) => {
    result.data[at] = f(result.data[at]!, x.data[i]!);
  });
  return result;
}

/** Applies `f` to every row of the last axis. */
function byRow(x: NdArray, f: (row: Float64Array) => Float64Array): NdArray {
  const width = x.shape[x.shape.length - 1]!;
  const data = new Float64Array(x.data.length);
  for (let at = 0; at < data.length; at += width) data.set(f(x.data.subarray(at, at + width)), at);
  return { shape: x.shape, data };
}

const logSumExp = (row: Float64Array): number => {
  const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return top + Math.log(row.reduce((total, v) => total + Math.exp(v - top), 0));
};

/** Position of an element as (before the axis, on it, after it). */
function around(shape: readonly number[], axis: number): { outer: number; extent: number; inner: number } {
  const count = (part: readonly number[]) => part.reduce((a, b) => a * b, 1);
  return { outer: count(shape.slice(0, axis)), extent: shape[axis]!, inner: count(shape.slice(axis + 1)) };
}

/** What each primitive computes, in float64, without a thought for speed: the arbiter of every other implementation. */
export const EVALUATION: RuleTable<[inputs: readonly NdArray[], feeds: Feeds], NdArray[]> = {
  input: (n, _, feeds) => [fed(feeds, n.attributes.name, n.attributes.shape)],
  parameter: (n, _, feeds) => [fed(feeds, n.attributes.name, n.attributes.shape)],
  constant: (n) => [{ shape: n.attributes.shape, data: n.attributes.data }],
  neg: map((x) => -x),
  exp: map(Math.exp),
  log: map(Math.log),
  sqrt: map(Math.sqrt),
  reciprocal: map((x) => 1 / x),
  tanh: map(Math.tanh),
  sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  erf: map(erf),
  abs: map(Math.abs),
  sign: map(Math.sign),
  relu: map((x) => Math.max(x, 0)),
  add: zip((a, b) => a + b),
  sub: zip((a, b) => a - b),
  mul: zip((a, b) => a * b),
  div: zip((a, b) => a / b),
  maximum: zip(Math.max),
  minimum: zip(Math.min),
  pow: zip((a, b) => a ** b),
  less: zip((a, b) => Number(a < b)),
  greater: zip((a, b) => Number(a > b)),
  equal: zip((a, b) => Number(a === b)),
  where: (n, [condition, a, b]) => {
    const { shape } = n.outputs[0]!;
    const [ic, ia, ib] = [spread(condition!, shape), spread(a!, shape), spread(b!, shape)];
    return [
      { shape, data: Float64Array.from(ic, (at, i) => (condition!.data[at] ? a!.data[ia[i]!]! : b!.data[ib[i]!]!)) },
    ];
  },
  cast: (n, [x]) => {
    const to = { float32: (v: number) => v, int64: Math.trunc, bool: (v: number) => Number(v !== 0) }[
      n.attributes.dtype
    ];
    return [{ shape: x!.shape, data: x!.data.map(to) }];
  },
  stopGradient: (_, [x]) => [x!],
  reshape: (n, [x]) => [{ shape: n.attributes.shape, data: x!.data }],
  transpose: (n, [x]) => {
    const own = strides(x!.shape);
    return [
      permuted(
        x!,
        n.outputs[0]!.shape,
        n.attributes.permutation.map((axis) => own[axis]!),
      ),
    ];
  },
  broadcastTo: (n, [x]) => [
    { shape: n.attributes.shape, data: Float64Array.from(spread(x!, n.attributes.shape), (at) => x!.data[at]!) },
  ],
  slice: (n, [x]) => {
    const own = strides(x!.shape);
    const start = n.attributes.starts.reduce((total, s, i) => total + s * own[i]!, 0);
    return [permuted(x!, n.outputs[0]!.shape, own, start)];
  },
  pad: (n, [x]) => {
    const { shape } = n.outputs[0]!;
    const step = strides(shape);
    const start = n.attributes.before.reduce((total, b, i) => total + b * step[i]!, 0);
    const data = zerosOf(shape).data.fill(n.attributes.value);
    offsets(x!.shape, step, start).forEach((at, i) => {
      data[at] = x!.data[i]!;
    });
    return [{ shape, data }];
  },
  concat: (n, inputs) => {
    const { shape } = n.outputs[0]!;
    const { outer } = around(shape, n.attributes.axis);
    const rows = inputs.map((x) => x.data.length / outer);
    const data = zerosOf(shape).data;
    let at = 0;
    for (let o = 0; o < outer; o++) {
      inputs.forEach((x, i) => {
        data.set(x.data.subarray(o * rows[i]!, (o + 1) * rows[i]!), at);
        at += rows[i]!;
      });
    }
    return [{ shape, data }];
  },
  reverse: (n, [x]) => {
    const own = strides(x!.shape);
    const { axes } = n.attributes;
    const start = axes.reduce((total, axis) => total + own[axis]! * (x!.shape[axis]! - 1), 0);
    return [
      permuted(
        x!,
        x!.shape,
        own.map((s, i) => (axes.includes(i) ? -s : s)),
        start,
      ),
    ];
  },
  gather: (n, [x, indices]) => {
    const { outer, extent, inner } = around(x!.shape, n.attributes.axis);
    const data = zerosOf(n.outputs[0]!.shape).data;
    for (let o = 0; o < outer; o++) {
      indices!.data.forEach((index, i) => {
        const from = (o * extent + index) * inner;
        data.set(x!.data.subarray(from, from + inner), (o * indices!.data.length + i) * inner);
      });
    }
    return [{ shape: n.outputs[0]!.shape, data }];
  },
  scatterAdd: (n, [updates, indices]) => {
    const { shape } = n.outputs[0]!;
    const { outer, extent, inner } = around(shape, n.attributes.axis);
    const data = zerosOf(shape).data;
    for (let o = 0; o < outer; o++) {
      indices!.data.forEach((index, i) => {
        const from = (o * indices!.data.length + i) * inner;
        for (let j = 0; j < inner; j++) data[(o * extent + index) * inner + j]! += updates!.data[from + j]!;
      });
    }
    return [{ shape, data }];
  },
  sum: (n, [x]) => [reduce(x!, n.attributes.axes, n.outputs[0]!.shape, 0, (a, b) => a + b)],
  max: (n, [x]) => [reduce(x!, n.attributes.axes, n.outputs[0]!.shape, Number.NEGATIVE_INFINITY, Math.max)],
  argmax: (n, [x]) => {
    const { outer, extent, inner } = around(x!.shape, n.attributes.axis);
    const data = zerosOf(n.outputs[0]!.shape).data;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const at = (k: number) => x!.data[(o * extent + k) * inner + i]!;
        let best = 0;
        for (let k = 1; k < extent; k++) if (at(k) > at(best)) best = k;
        data[o * inner + i] = best;
      }
    }
    return [{ shape: n.outputs[0]!.shape, data }];
  },
  matmul: (n, [a, b]) => [product(n, a!, b!)],
  conv2d: (n, [x, w, bias]) => [convolve(n, x!, w!, bias)],
  conv2dTransposed: (n, [y, w]) => [convolveTransposed(n, y!, w!)],
  averagePool: (n, [x]) => {
    const k = n.attributes.kernel;
    const [count, channels, h, w] = x!.shape as [number, number, number, number];
    const tiles = { shape: [count, channels, h / k, k, w / k, k], data: x!.data };
    const total = reduce(tiles, [3, 5], n.outputs[0]!.shape, 0, (a, b) => a + b);
    return [{ shape: total.shape, data: total.data.map((v) => v / (k * k)) }];
  },
  upsample: (n, [x]) => {
    const k = n.attributes.factor;
    const [count, channels, h, w] = x!.shape as [number, number, number, number];
    const step = [channels * h * w, h * w, w, 0, 1, 0];
    const repeated = permuted(x!, [count, channels, h, k, w, k], step);
    return [{ shape: n.outputs[0]!.shape, data: repeated.data }];
  },
  softmax: (_, [x]) => [byRow(x!, (row) => row.map((v) => Math.exp(v - logSumExp(row))))],
  logSoftmax: (_, [x]) => [byRow(x!, (row) => row.map((v) => v - logSumExp(row)))],
  layerNorm: (n, [x, weight, bias]) => {
    const means: number[] = [];
    const scales: number[] = [];
    const y = byRow(x!, (row) => {
      const m = row.reduce((a, b) => a + b, 0) / row.length;
      const v = row.reduce((total, value) => total + (value - m) ** 2, 0) / row.length;
      const r = 1 / Math.sqrt(v + n.attributes.epsilon);
      means.push(m);
      scales.push(r);
      return row.map((value, i) => (value - m) * r * weight!.data[i]! + bias!.data[i]!);
    });
    const { shape } = n.outputs[1]!;
    return [y, { shape, data: Float64Array.from(means) }, { shape, data: Float64Array.from(scales) }];
  },
  batchNorm: (n, [x, weight, bias]) => {
    const { shape } = n.outputs[1]!;
    const { extent: channels, inner } = around(x!.shape, 1);
    const channel = (i: number) => Math.floor(i / inner) % channels;
    const count = x!.data.length / channels;
    const means = reduce(x!, [0, 2, 3], shape, 0, (a, b) => a + b).data.map((total) => total / count);
    const squares = x!.data.map((v, i) => (v - means[channel(i)]!) ** 2);
    const variances = reduce({ shape: x!.shape, data: squares }, [0, 2, 3], shape, 0, (a, b) => a + b).data.map(
      (v) => v / count,
    );
    const y = x!.data.map((v, i) => {
      const c = channel(i);
      return ((v - means[c]!) / Math.sqrt(variances[c]! + n.attributes.epsilon)) * weight!.data[c]! + bias!.data[c]!;
    });
    return [
      { shape: x!.shape, data: y },
      { shape, data: means },
      { shape, data: variances },
    ];
  },
};

function fed(feeds: Feeds, name: string, shape: readonly number[]): NdArray {
  const value = feeds.get(name);
  if (!value) throw new Error(`interpret: nothing was fed for '${name}'`);
  if (value.data.length !== zerosOf(shape).data.length) {
    throw new Error(`interpret: '${name}' has ${value.data.length} values, its shape is [${shape.join(',')}]`);
  }
  return { shape, data: value.data };
}

function product(node: NodeOf<'matmul'>, a: NdArray, b: NdArray): NdArray {
  const { shape } = node.outputs[0]!;
  const [rows, columns] = shape.slice(-2) as [number, number];
  const { transposeA, transposeB } = node.attributes;
  const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)]!;
  const batch = [...shape.slice(0, -2)];
  const matrices = (x: NdArray) =>
    spread({ shape: x.shape.slice(0, -2), data: x.data }, batch).map((i) => i * x.shape.at(-1)! * x.shape.at(-2)!);
  const [baseA, baseB] = [matrices(a), matrices(b)];
  const result = zerosOf(shape);
  baseA.forEach((fromA, batchIndex) => {
    const fromB = baseB[batchIndex]!;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          const left = a.data[fromA + (transposeA ? k * rows + i : i * inner + k)]!;
          total += left * b.data[fromB + (transposeB ? j * inner + k : k * columns + j)]!;
        }
        result.data[(batchIndex * rows + i) * columns + j] = total;
      }
    }
  });
  return result;
}
