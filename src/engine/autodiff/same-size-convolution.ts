import { broadcastTo, concat, matmul, mul, reshape, sum, transpose } from '../ops';
import { constant, full, type Tensor } from '../tensor';

/**
 * dW [O,C,k,k] of a convolution of stride 1 that keeps the size (k = 2 padding + 1), from x [N,C,H,W] and the cotangent g [N,O,H,W]: one product of g in
 * k copies, each moved by another number of rows, with x in k copies, each moved by another number of columns. A pair of copies is one tap. Every copy is a
 * stretch of whole images, and the product has k*O rows and k*C columns, where a product a tap would be too narrow to be fast.
 */
export function sameSizeWeightGradient(x: Tensor, g: Tensor, shape: readonly number[], padding: number): Tensor {
  const [o, c, k] = shape as [number, number, number];
  const [n, , h, w] = x.shape as [number, number, number, number];
  const shifts = Array.from({ length: k }, (_, i) => i - padding);
  // images one by one where their products are smaller than they are; else all in one row, for which their pixels must be moved together
  const apart = o * c * k * k <= (o + c) * h * w;
  const images = (t: Tensor) => reshape(apart ? t : transpose(t, [1, 0, 2, 3]), [...grouped(t), h * w]);
  const grouped = (t: Tensor) => (apart ? [n, t.shape[1]!] : [t.shape[1]!, n]);
  const lines = (t: Tensor) => reshape(t, apart ? t.shape : [1, t.shape[0]!, n * h * w]);

  const columns = shifts.map((by) =>
    lines(masked(images(x), h, w, (_, column) => column - by >= 0 && column - by < w)),
  );
  // behind the last row of an image is the next one, or nothing
  const rows = shifts.map((by) =>
    lines(apart ? images(g) : masked(images(g), h, w, (row) => row + by >= 0 && row + by < h)),
  );
  const margin = padding * w;
  const patches = spaced(columns, margin + padding, 2 * margin - 1, margin + padding);
  const cotangents = spaced(rows, 0, k * w, 0);
  const products = matmul(joined(cotangents, apart), joined(patches, apart), { transposeB: true });
  const product = apart ? sum(products, 0) : products;
  return reshape(transpose(reshape(product, [o, k, c, k]), [0, 2, 1, 3]), [...shape]);
}

/** The pixels [..., H*W] with zeros where `keeps` says no. */
function masked(t: Tensor, h: number, w: number, keeps: (row: number, column: number) => boolean): Tensor {
  const mask = Float64Array.from({ length: h * w }, (_, at) => Number(keeps(Math.floor(at / w), at % w)));
  return mask.every((value) => value === 1) ? t : mul(t, constant(mask, [h * w]));
}

/** Copies [B,C,L] one behind the other with zeros before, between and after, as [B,C*copies,...]: the gaps decide by how much each copy is moved. */
function spaced(copies: readonly Tensor[], before: number, between: number, after: number): Tensor {
  const [b, c] = copies[0]!.shape as [number, number];
  const zeros = (length: number) => (length === 0 ? [] : [broadcastTo(full([1, 1, 1], 0), [b, c, length])]);
  if (copies.length === 1) return copies[0]!;
  const parts = copies.flatMap((copy, i) => [...zeros(i === 0 ? before : between), copy]);
  return reshape(concat([...parts, ...zeros(after)], 2), [b, c * copies.length, -1]);
}

/** Images that lie in one row need no axis of their own. */
const joined = (t: Tensor, apart: boolean): Tensor => (apart ? t : reshape(t, t.shape.slice(1)));
