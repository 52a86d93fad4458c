import { normalisedAxes } from '../shapes';
import { apply, size, type Tensor } from '../tensor';

/** The same elements in another shape; one extent may be -1. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = size(shape.filter((extent) => extent !== -1));
  const full = shape.map((extent) => (extent === -1 ? size(x.shape) / known : extent));
  return String(full) === String(x.shape) ? x : apply('reshape', [x], { shape: full });
}

/** Axes in another order; without a permutation, reversed. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const order = permutation ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  return order.every((axis, i) => axis === i) ? x : apply('transpose', [x], { permutation: order });
}

export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  return String(shape) === String(x.shape) ? x : apply('broadcastTo', [x], { shape });
}

/** Elements from `starts` up to, not including, `ends`; one of each an axis. */
export function slice(x: Tensor, starts: readonly number[], ends: readonly number[]): Tensor {
  const whole = x.shape.every((extent, i) => starts[i] === 0 && ends[i] === extent);
  return whole ? x : apply('slice', [x], { starts, ends });
}

/** `slice` along one axis. */
export function sliceAxis(x: Tensor, axis: number, start: number, end: number): Tensor {
  const [at] = normalisedAxes(x.shape.length, axis) as [number];
  return slice(
    x,
    x.shape.map((_, i) => (i === at ? start : 0)),
    x.shape.map((extent, i) => (i === at ? end : extent)),
  );
}

/** Equal parts along one axis. */
export function split(x: Tensor, parts: number, axis: number): Tensor[] {
  const [at] = normalisedAxes(x.shape.length, axis) as [number];
  const step = x.shape[at]! / parts;
  if (!Number.isInteger(step)) throw new Error(`split: ${x.shape[at]} does not divide into ${parts}`);
  return Array.from({ length: parts }, (_, i) => sliceAxis(x, at, i * step, (i + 1) * step));
}

export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  return [...before, ...after].every((n) => n === 0) ? x : apply('pad', [x], { before, after, value });
}

export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 0) throw new Error('concat: takes at least one tensor');
  const [at] = normalisedAxes(tensors[0]!.shape.length, axis) as [number];
  return tensors.length === 1 ? tensors[0]! : apply('concat', tensors, { axis: at });
}

/** Elements in the opposite order along the axes. */
export const reverse = (x: Tensor, axes: readonly number[]): Tensor =>
  apply('reverse', [x], { axes: normalisedAxes(x.shape.length, axes) });

/** A new axis of extent 1 at `axis`. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

export function squeeze(x: Tensor, axis: number): Tensor {
  const [at] = normalisedAxes(x.shape.length, axis) as [number];
  return reshape(
    x,
    x.shape.filter((_, i) => i !== at),
  );
}

/** x's entries at int64 `indices` along `axis`; indices' shape takes the axis's place. Row lookup in a table for axis 0. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const [at] = normalisedAxes(x.shape.length, axis) as [number];
  return apply('gather', [x, indices], { axis: at });
}

/** The transpose of `gather`: zeros with `extent` entries along `axis`, to which every update is added at its index. */
export const scatterAdd = (updates: Tensor, indices: Tensor, axis: number, extent: number): Tensor =>
  apply('scatterAdd', [updates, indices], { axis, extent });
