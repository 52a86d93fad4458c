/** The shape of an elementwise operation on two shapes, by NumPy's broadcasting rule (https://numpy.org/doc/stable/user/basics.broadcasting.html). */
export function broadcastShapes(op: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`${op}: [${a.join(',')}] and [${b.join(',')}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** The axes along which `from` was repeated to become `to`. */
export function broadcastAxes(from: readonly number[], to: readonly number[]): number[] {
  const offset = to.length - from.length;
  return to.flatMap((extent, i) => (i < offset || (from[i - offset] === 1 && extent !== 1) ? [i] : []));
}

/** Axes counted from the front, sorted. Throws for an axis that does not exist. */
export function normalisedAxes(rank: number, axes: readonly number[] | number | undefined): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  return (typeof axes === 'number' ? [axes] : axes)
    .map((axis) => {
      const positive = axis < 0 ? axis + rank : axis;
      if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
        throw new Error(`axis ${axis} of a rank ${rank} tensor`);
      return positive;
    })
    .sort((a, b) => a - b);
}

export function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((extent, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [extent]));
}

/** Output [N,O,h,w] of a convolution of x [N,C,H,W] with w [O,C,kh,kw]. */
export function convolutionShape(
  x: readonly number[],
  w: readonly number[],
  { stride, padding }: { stride: number; padding: number },
): number[] {
  const side = (axis: 2 | 3) => Math.floor((x[axis]! + 2 * padding - w[axis]!) / stride) + 1;
  return [x[0]!, w[0]!, side(2), side(3)];
}

/** Row-major strides, in elements. */
export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    result[i] = step;
    step *= shape[i]!;
  }
  return result;
}
