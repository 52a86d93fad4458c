import { concat, conv2d, matmul, pad, reshape, slice, sum, transpose } from '../ops';
import type { ConvolutionAttributes } from '../primitives';
import { constant, type Tensor } from '../tensor';
import { sameSizeWeightGradient } from './same-size-convolution';

/**
 * dW [O,C,kh,kw] of y = conv2d(x, W), from x [N,C,H,W] and the cotangent g [N,O,h,w]: one matrix product of g [O, N h w] with the patches of x
 * [kh kw C, N h w]. ONNX Runtime has no kernel for it, and a convolution with g as its kernel is slow there (measured: the im2col buffer has kh*kw
 * columns).
 */
export function convolutionWeightGradient(
  x: Tensor,
  g: Tensor,
  shape: readonly number[],
  { stride, padding }: ConvolutionAttributes,
): Tensor {
  const [o, c, kh, kw] = shape as [number, number, number, number];
  const [n, , h, w] = g.shape as [number, number, number, number];
  if (stride === 1 && kh === 2 * padding + 1 && kw === kh) return sameSizeWeightGradient(x, g, shape, padding);
  if (c * kh * kw <= FEW_TAPS) return fewTapsGradient(x, g, shape, { stride, padding });
  const byChannel = transpose(x, [1, 0, 2, 3]);
  const byFilter = transpose(g, [1, 0, 2, 3]);
  const cotangent = reshape(byFilter, [o, n * h * w]);
  // image rows and columns by their remainder of the stride, so that a tap reads neighbours
  const rows = h + Math.floor((kh - 1) / stride);
  const columns = w + Math.floor((kw - 1) / stride);
  const phases = byRemainder(byChannel, padding, stride, rows, columns);
  const window = [c, n, h, w];
  const taps: Tensor[] = [];
  for (let dy = 0; dy < kh; dy++) {
    for (let dx = 0; dx < kw; dx++) {
      const start = [0, 0, Math.floor(dy / stride), Math.floor(dx / stride)];
      const end = start.map((at, axis) => at + window[axis]!);
      taps.push(reshape(slice(phases[dy % stride]![dx % stride]!, start, end), [c, n * h * w]));
    }
  }
  const patches = concat(taps, 0);
  const product = matmul(cotangent, patches, { transposeB: true });
  return transpose(reshape(product, [o, kh, kw, c]), [0, 3, 1, 2]);
}

/** A stem's 3x3 kernel on three colours has 27. */
const FEW_TAPS = 32;

/** The same where a patch has few numbers: a convolution whose filter i picks number i lays the patches out, on all threads, where slices take one. */
function fewTapsGradient(x: Tensor, g: Tensor, shape: readonly number[], attributes: ConvolutionAttributes): Tensor {
  const [o, c, kh, kw] = shape as [number, number, number, number];
  const [n, , h, w] = g.shape as [number, number, number, number];
  const taps = c * kh * kw;
  const picks = constant(
    Float64Array.from({ length: taps * taps }, (_, i) => Number(i % (taps + 1) === 0)),
    [taps, c, kh, kw],
  );
  const patches = reshape(conv2d(x, picks, attributes), [n, taps, h * w]);
  const products = matmul(reshape(g, [n, o, h * w]), patches, { transposeB: true });
  return reshape(sum(products, 0), [...shape]);
}

/**
 * x [C,N,H,W] with `padding` zeros before, as stride x stride images [C,N,rows,columns], cut or filled to that, of the pixels whose row and column leave
 * these remainders. Each is sliced out once: a transpose that gathers them all is moved behind the taps by ONNX Runtime, which then gathers once a tap.
 */
function byRemainder(x: Tensor, padding: number, stride: number, rows: number, columns: number): Tensor[][] {
  const [c, n, height, width] = x.shape as [number, number, number, number];
  const [h, w] = [rows * stride, columns * stride];
  const [below, right] = [Math.max(0, h - height - padding), Math.max(0, w - width - padding)];
  const padded = pad(x, [0, 0, padding, padding], [0, 0, below, right]);
  const exact = slice(padded, [0, 0, 0, 0], [c, n, h, w]);
  const split = reshape(exact, [c, n, rows, stride, columns, stride]);
  const remainders = [...Array(stride).keys()];
  return remainders.map((row) =>
    remainders.map((column) =>
      reshape(slice(split, [0, 0, 0, row, 0, column], [c, n, rows, row + 1, columns, column + 1]), [
        c,
        n,
        rows,
        columns,
      ]),
    ),
  );
}
