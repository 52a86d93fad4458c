import { add, clamp, concat, max, mul, neg, type Operand, type Tensor } from '../engine';

/** x + std * normal, kept within the least and the greatest value of the batch; `normal` has x's shape. */
export function noised(x: Tensor, normal: Tensor, std: Operand): Tensor {
  const least = neg(max(neg(x)));
  return clamp(add(x, mul(std, normal)), least, max(x));
}

/** The batch so many times over, along its first axis. */
export const repeated = (x: Tensor, times: number): Tensor =>
  concat(
    Array.from({ length: times }, () => x),
    0,
  );
