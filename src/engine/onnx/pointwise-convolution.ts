import { size } from '../tensor';
import type { Convolution } from './blocked-convolution';
import type { OnnxGraph } from './model';

/** Up to so many pixels an image, one product over the batch is faster than one an image, laying the pixels out included (measured). */
const MOST_PIXELS = 16;

/** Whether the convolution is a product over channels of images so small that ONNX Runtime's product image by image is slow. */
export const isPointwise = ({ wShape, xShape, stride, padding }: Convolution): boolean =>
  wShape[2] === 1 && wShape[3] === 1 && stride === 1 && padding === 0 && size(xShape.slice(2)) <= MOST_PIXELS;

/** A 1x1 convolution as one matrix product: the pixels of all images by their channels, [N*H*W, C] with [C, O]. */
export function pointwiseConvolution(graph: OnnxGraph, convolution: Convolution): string {
  const { x, xShape, w, wShape, bias, yShape, exchanged } = convolution;
  const [images, channels] = xShape as [number, number];
  const pixels = size(xShape.slice(2));
  const filters = yShape[1]!;
  const reshaped = (name: string, shape: readonly number[]) => graph.node('Reshape', [name, graph.integers(shape)])[0]!;
  const turned = (name: string) => graph.node('Transpose', [name], { perm: [0, 2, 1] })[0]!;
  const rows = reshaped(turned(reshaped(x, [images, channels, pixels])), [images * pixels, channels]);
  const operands = [rows, reshaped(w, wShape.slice(0, 2)), ...(bias === undefined ? [] : [bias])];
  const [y] = graph.node('Gemm', operands, { transB: Number(!exchanged) }) as [string];
  return reshaped(turned(reshaped(y, [images, pixels, filters])), yShape);
}
