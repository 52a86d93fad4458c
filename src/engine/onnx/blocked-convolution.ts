import { type Program, rootsOf } from '../program';
import { size, topological } from '../tensor';
import type { OnnxGraph } from './model';

/** ONNX Runtime's own operators on images whose channels lie in blocks as wide as a vector register (MLAS's NCHWc layout). */
const DOMAIN = 'com.microsoft.nchwc';

/** Below this many output pixels the reordering of the weights costs more than the faster kernel gains (measured). */
const FEWEST_PIXELS = 3000;

/** What a convolution reads: x [N,C,H,W] and w [O,C,kh,kw], or, of the transposed kind, w [C,O,kh,kw] turned by half a turn. */
export interface Convolution {
  readonly x: string;
  readonly xShape: readonly number[];
  readonly w: string;
  readonly wShape: readonly number[];
  readonly bias?: string;
  readonly yShape: readonly number[];
  readonly stride: number;
  readonly padding: number;
  /** The axes of w are [C,O,kh,kw]. */
  readonly exchanged: boolean;
}

/** Whether a program has convolutions that might be written so: only then need anyone ask what the processor can do. */
export const convolves = (program: Program): boolean =>
  topological(rootsOf(program)).some(({ op }) => op === 'conv2d' || op === 'conv2dTransposed');

/** Whether the kernel takes the convolution, and is worth it. */
export function isBlockable({ xShape, wShape, yShape }: Convolution): boolean {
  const [pixels, channels, filters] = [yShape[0]! * size(yShape.slice(2)), xShape[1]!, yShape[1]!];
  return wShape[2]! > 1 && pixels >= FEWEST_PIXELS && channels % 4 === 0 && filters % 4 === 0;
}

/**
 * The convolution by MLAS's direct kernel, which reads images without unfolding them into patches. The weights, fed at each step, are brought into the
 * kernel's layout by the graph: [O/b, C/b, kh, kw, b of C, b of O], with zeros for the channels that do not fill a block.
 */
export function blockedConvolution(graph: OnnxGraph, convolution: Convolution, block: number): string {
  const { x, xShape, w, wShape, bias, yShape, stride, padding, exchanged } = convolution;
  const [kh, kw] = wShape.slice(2) as [number, number];
  const full = (channels: number) => Math.ceil(channels / block);
  const [inner, outer] = [full(xShape[1]!), full(yShape[1]!)];

  const [rows, columns] = exchanged ? [inner, outer] : [outer, inner];
  const missing = [rows * block - wShape[0]!, columns * block - wShape[1]!, 0, 0];
  const whole = padded(graph, w, missing);
  const [tiles] = graph.node('Reshape', [whole, graph.integers([rows, block, columns, block, kh, kw])]) as [string];
  const perm = exchanged ? [2, 0, 4, 5, 1, 3] : [0, 2, 4, 5, 3, 1];
  const [ordered] = graph.node('Transpose', [tiles], { perm }) as [string];
  const weight = graph.node('Reshape', [ordered, graph.integers([outer * block, inner * block, kh, kw])])[0]!;

  const [blocks] = graph.node(`ReorderInput@${DOMAIN}`, [x]) as [string];
  const operands = [blocks, weight];
  if (bias !== undefined) operands.push(padded(graph, bias, [outer * block - yShape[1]!]));
  const [y] = graph.node(`Conv@${DOMAIN}`, operands, {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  }) as [string];
  return graph.node(`ReorderOutput@${DOMAIN}`, [y], { channels: yShape[1]! })[0]!;
}

/** Zeros behind each axis. */
function padded(graph: OnnxGraph, name: string, after: readonly number[]): string {
  if (after.every((count) => count === 0)) return name;
  const before = after.map(() => 0);
  return graph.node('Pad', [name, graph.integers([...before, ...after])])[0]!;
}
