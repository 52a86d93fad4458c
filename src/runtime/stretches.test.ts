import {
  abs,
  add,
  div,
  input,
  interpret,
  maximum,
  minimum,
  mul,
  neg,
  type Program,
  parameter,
  reciprocal,
  sign,
  sqrt,
  sub,
  type Tensor,
} from '../engine';
import { type Elementwise, Stretches } from './stretches';

const SPECIAL = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-42, -3e38];
const numbers = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => SPECIAL[i % 40] ?? Math.sin(seed + 1.7 * i) * 10 ** (i % 7));

/** An update of one state by a formula of its own value, of an array and of a scalar. */
const updateBy = (elements: number, formula: (w: Tensor, x: Tensor, s: Tensor) => Tensor): Elementwise => ({
  elements,
  over(length): Program {
    const next = formula(parameter('0', [length]), input('x0', [length]), input('x1', []));
    const inputs = [
      { name: 'x0', shape: [length], dtype: 'float32' as const },
      { name: 'x1', shape: [], dtype: 'float32' as const },
    ];
    return { inputs, state: [{ name: '0', shape: [length], initial: 'given', next }], outputs: {} };
  },
});

function updated(update: Elementwise, w: Float32Array, x: Float32Array, s: number): Float32Array {
  const whole = w.slice();
  new Stretches().run(update, { state: [{ whole, written: true }], operands: [x, Float32Array.of(s)] });
  return whole;
}

/** What float64 says of float32 numbers, rounded once: for one operation that is what IEEE 754 asks of float32. */
const exact = (update: Elementwise, w: Float32Array, x: Float32Array, s: number): Float32Array => {
  const [value] = interpret([update.over(w.length).state[0]!.next!], { 0: w, x0: x, x1: [s] });
  return Float32Array.from(value!.data);
};

test.each<[string, (w: Tensor, x: Tensor, s: Tensor) => Tensor]>([
  ['neg', (w) => neg(w)],
  ['sqrt', (w) => sqrt(w)],
  ['reciprocal', (w) => reciprocal(w)],
  ['abs', (w) => abs(w)],
  ['sign, of which there is one zero', (w) => add(sign(w), 1)],
  ['add', (w, x) => add(w, x)],
  ['sub', (w, x) => sub(w, x)],
  ['mul', (w, x) => mul(w, x)],
  ['div', (w, x) => div(w, x)],
  ['maximum', (w, x) => maximum(w, x)],
  ['minimum', (w, x) => minimum(w, x)],
  ['a scalar and an array', (w, _, s) => sub(s, w)],
  ['a constant and an array', (w) => mul(Math.fround(0.1), w)],
])('%s: rounded once, and what is no number stays none', (_, formula) => {
  const update = updateBy(203, formula);
  const [w, x] = [numbers(1, 203), numbers(2.5, 203)];
  expect(updated(update, w, x, -1.3)).toEqual(exact(update, w, x, Math.fround(-1.3)));
});

test.each([1, 3, 4, 8191, 8192, 8193, 20_001])('of %i elements each is updated once', (elements) => {
  const update = updateBy(elements, (w, x, s) => add(w, mul(x, s)));
  const w = Float32Array.from({ length: elements }, (_, i) => i);
  const moved = updated(update, w, new Float32Array(elements).fill(2), 0.5);
  expect(moved.findIndex((value, i) => value !== i + 1)).toBe(-1);
});

test('scalars may be combined before', () => {
  const update = updateBy(5, (w, x, s) => mul(w, sqrt(add(mul(s, s), sub(x, x)))));
  expect([...updated(update, Float32Array.of(1, 2, 3, 4, 5), new Float32Array(5), -3)]).toEqual([3, 6, 9, 12, 15]);
});
