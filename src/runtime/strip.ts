import { size } from '../engine';
import { Tensor } from './onnxruntime';

/** One array with a tensor on each of its parts, so that many small tensors are updated as one large one. */
export class Strip {
  readonly parts: readonly Tensor[];

  private constructor(
    readonly whole: Float32Array,
    shapes: readonly (readonly number[])[],
    /** The tensors that it stands for; its own parts unless told. */
    private readonly sources?: readonly Tensor[],
  ) {
    let end = 0;
    this.parts = shapes.map((shape) => {
      const start = end;
      end += size(shape);
      return new Tensor('float32', whole.subarray(start, end), shape);
    });
  }

  static zeros(shapes: readonly (readonly number[])[]): Strip {
    return new Strip(new Float32Array(totalOf(shapes)), shapes);
  }

  /** Holds the values from now on, to be written. */
  static copyOf(values: readonly Tensor[]): Strip {
    return Strip.filled(values);
  }

  /** What is only read: a copy, or the array itself where there is but one. */
  static standingFor(values: readonly Tensor[]): Strip {
    const [first, ...more] = values as [Tensor, ...Tensor[]];
    return more.length === 0 ? new Strip(dataOf(first), [first.dims], values) : Strip.filled(values, values);
  }

  /** Whether the strip has the values of these tensors. */
  has(tensors: readonly Tensor[]): boolean {
    return tensors.every((tensor, i) => tensor === (this.sources ?? this.parts)[i]);
  }

  private static filled(values: readonly Tensor[], sources?: readonly Tensor[]): Strip {
    const shapes = values.map(({ dims }) => dims);
    const strip = new Strip(new Float32Array(totalOf(shapes)), shapes, sources);
    for (const [i, value] of values.entries()) dataOf(strip.parts[i]!).set(dataOf(value));
    return strip;
  }
}

const totalOf = (shapes: readonly (readonly number[])[]): number =>
  shapes.reduce((total, shape) => total + size(shape), 0);

export const dataOf = (tensor: Tensor): Float32Array => tensor.data as Float32Array;
