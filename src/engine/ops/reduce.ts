import { normalisedAxes } from '../shapes';
import { apply, size, type Tensor } from '../tensor';
import { mul, sqrt, square, sub } from './elementwise';

type Axes = readonly number[] | number;

export function sum(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const reduced = normalisedAxes(x.shape.length, axes);
  return reduced.length === 0 ? x : apply('sum', [x], { axes: reduced, keepDims });
}

export function max(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const reduced = normalisedAxes(x.shape.length, axes);
  return reduced.length === 0 ? x : apply('max', [x], { axes: reduced, keepDims });
}

export function mean(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  const count = size(normalisedAxes(x.shape.length, axes).map((axis) => x.shape[axis]!));
  return mul(sum(x, axes, keepDims), 1 / count);
}

/** The biased variance: the mean square distance from the mean. */
export const variance = (x: Tensor, axes?: Axes, keepDims = false): Tensor =>
  mean(square(sub(x, mean(x, axes, true))), axes, keepDims);

/** The Euclidean norm; its gradient at zero is infinite. */
export const l2norm = (x: Tensor, axes?: Axes, keepDims = false): Tensor => sqrt(sum(square(x), axes, keepDims));

/** The position of the greatest entry (the first, of equals), int64. */
export const argmax = (x: Tensor, axis: number): Tensor =>
  apply('argmax', [x], { axis: normalisedAxes(x.shape.length, axis)[0]! });
