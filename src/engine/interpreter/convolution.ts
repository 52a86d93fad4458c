import type { NodeOf } from '../tensor';
import { type NdArray, zerosOf } from './array';

interface Geometry {
  x: readonly number[];
  w: readonly number[];
  y: readonly number[];
  stride: number;
  padding: number;
}

/** Calls `visit` with the flat offsets of every (input, weight, output) triple that a convolution multiplies. */
function eachTriple({ x, w, y, stride, padding }: Geometry, visit: (x: number, w: number, y: number) => void): void {
  const [count, channels, height, width] = x as [number, number, number, number];
  const [filters, , kh, kw] = w as [number, number, number, number];
  const [, , oh, ow] = y as [number, number, number, number];
  for (let n = 0; n < count; n++)
    for (let o = 0; o < filters; o++)
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < oh; i++)
          for (let j = 0; j < ow; j++)
            for (let a = 0; a < kh; a++)
              for (let b = 0; b < kw; b++) {
                const row = i * stride + a - padding;
                const column = j * stride + b - padding;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                visit(
                  ((n * channels + c) * height + row) * width + column,
                  ((o * channels + c) * kh + a) * kw + b,
                  ((n * filters + o) * oh + i) * ow + j,
                );
              }
}

export function convolve(node: NodeOf<'conv2d'>, x: NdArray, w: NdArray, bias?: NdArray): NdArray {
  const result = zerosOf(node.outputs[0]!.shape);
  eachTriple({ x: x.shape, w: w.shape, y: result.shape, ...node.attributes }, (i, j, k) => {
    result.data[k]! += x.data[i]! * w.data[j]!;
  });
  if (!bias) return result;
  const plane = result.shape[2]! * result.shape[3]!;
  return { ...result, data: result.data.map((v, i) => v + bias.data[Math.floor(i / plane) % bias.data.length]!) };
}

/** The gradient of `convolve` with respect to x, given y's cotangent. */
export function convolveTransposed(node: NodeOf<'conv2dTransposed'>, y: NdArray, w: NdArray): NdArray {
  const result = zerosOf(node.outputs[0]!.shape);
  eachTriple({ x: result.shape, w: w.shape, y: y.shape, ...node.attributes }, (i, j, k) => {
    result.data[i]! += y.data[k]! * w.data[j]!;
  });
  return result;
}
