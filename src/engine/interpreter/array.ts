import { size } from '../tensor';

/** A dense row-major array in float64, whatever the tensor's type: whole numbers up to 2^53 and truth values are exact in it. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const zerosOf = (shape: readonly number[]): NdArray => ({ shape, data: new Float64Array(size(shape)) });

/** For every element of `shape`, in order: the offset into a source that moves by `step[i]` along axis i, starting at `start`. */
export function offsets(shape: readonly number[], step: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(size(shape));
  if (result.length === 0) return result;
  const position = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let i = 0; i < result.length; i++) {
    result[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += step[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      offset -= step[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
