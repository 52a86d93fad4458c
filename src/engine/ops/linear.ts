import { apply, size, type Tensor } from '../tensor';
import { reshape } from './shape';

/**
 * The matrix product of the last two axes, batched over the others as NumPy does; a flag reads that operand transposed.
 * A batch of rows times one matrix is flattened to a single two-dimensional product, which is the fast case everywhere.
 */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor {
  if (a.shape.length > 2 && b.shape.length === 2 && !transposeA) {
    const inner = a.shape[a.shape.length - 1]!;
    const columns = b.shape[transposeB ? 0 : 1]!;
    const rows = reshape(a, [size(a.shape) / inner, inner]);
    return reshape(apply('matmul', [rows, b], { transposeA, transposeB }), [...a.shape.slice(0, -1), columns]);
  }
  return apply('matmul', [a, b], { transposeA, transposeB });
}
