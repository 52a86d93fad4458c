import { apply, type DType, type Operand, type Tensor, tensor } from '../tensor';

const isNumber = (operand: Operand, value: number): boolean => operand === value;

export const neg = (x: Operand): Tensor => apply('neg', [tensor(x)], {});
export const exp = (x: Operand): Tensor => apply('exp', [tensor(x)], {});
export const log = (x: Operand): Tensor => apply('log', [tensor(x)], {});
export const sqrt = (x: Operand): Tensor => apply('sqrt', [tensor(x)], {});
export const reciprocal = (x: Operand): Tensor => apply('reciprocal', [tensor(x)], {});
export const rsqrt = (x: Operand): Tensor => reciprocal(sqrt(x));
export const tanh = (x: Operand): Tensor => apply('tanh', [tensor(x)], {});
export const sigmoid = (x: Operand): Tensor => apply('sigmoid', [tensor(x)], {});
export const erf = (x: Operand): Tensor => apply('erf', [tensor(x)], {});
export const abs = (x: Operand): Tensor => apply('abs', [tensor(x)], {});
/** -1, 0 or 1. Piecewise constant: wrap it in `stopGradient` where a gradient is asked for. */
export const sign = (x: Operand): Tensor => apply('sign', [tensor(x)], {});
export const relu = (x: Operand): Tensor => apply('relu', [tensor(x)], {});

export function add(a: Operand, b: Operand): Tensor {
  if (isNumber(b, 0)) return tensor(a);
  return isNumber(a, 0) ? tensor(b) : apply('add', [tensor(a), tensor(b)], {});
}
export const sub = (a: Operand, b: Operand): Tensor =>
  isNumber(b, 0) ? tensor(a) : apply('sub', [tensor(a), tensor(b)], {});
export function mul(a: Operand, b: Operand): Tensor {
  if (isNumber(b, 1)) return tensor(a);
  return isNumber(a, 1) ? tensor(b) : apply('mul', [tensor(a), tensor(b)], {});
}
export const div = (a: Operand, b: Operand): Tensor =>
  isNumber(b, 1) ? tensor(a) : apply('div', [tensor(a), tensor(b)], {});
export const maximum = (a: Operand, b: Operand): Tensor => apply('maximum', [tensor(a), tensor(b)], {});
export const minimum = (a: Operand, b: Operand): Tensor => apply('minimum', [tensor(a), tensor(b)], {});
/** a to the power b; the base must be positive where b is not a whole number. */
export const pow = (a: Operand, b: Operand): Tensor => apply('pow', [tensor(a), tensor(b)], {});
export const square = (x: Operand): Tensor => mul(x, x);
/** x limited to [low, high]; the gradient is zero outside. */
export const clamp = (x: Operand, low: Operand, high: Operand): Tensor => minimum(maximum(x, low), high);

export const less = (a: Operand, b: Operand): Tensor => apply('less', [tensor(a), tensor(b)], {});
export const greater = (a: Operand, b: Operand): Tensor => apply('greater', [tensor(a), tensor(b)], {});
export const equal = (a: Operand, b: Operand): Tensor => apply('equal', [tensor(a), tensor(b)], {});
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  apply('where', [condition, tensor(a), tensor(b)], {});
export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : apply('cast', [x], { dtype }));
/** The same values, through which no gradient passes. */
export const stopGradient = (x: Tensor): Tensor => apply('stopGradient', [x], {});
