import { add, matmul, mul, reshape, square, sub, sum } from '../ops';
import { adam } from '../optimisers';
import { type Program, trainingStep } from '../program';
import { parameter, type Tensor } from '../tensor';
import { overwritable } from './overwritable';

const m = parameter('m', [2, 2]);
const state = (next: Tensor, outputs: Program['outputs'] = {}): Program => ({
  inputs: [],
  state: [{ name: 'm', shape: [2, 2], initial: 'zeros', next }],
  outputs,
});

describe('overwritable', () => {
  it('takes moments, not weights', () => {
    const w = parameter('w', [2, 2]);
    const step = trainingStep({ loss: sum(square(matmul(w, w))), trainable: [w], optimiser: adam() });
    expect(overwritable(step)).toEqual(new Set(['adam.m/w', 'adam.v/w', 'adam.c1', 'adam.c2']));
  });

  it.each([
    ['the update alone', state(add(mul(m, 0.9), 1)), true],
    ['a matrix product', state(add(matmul(m, m), 1)), false],
    ['an output', state(add(m, 1), { loss: sum(m) }), false],
    ['the output, as it is', state(add(m, 1), { before: m }), false],
    ['a reader beside the update', state(add(m, 1), { loss: mul(m, 2) }), false],
    ['a reader long before the update', state(sub(square(add(m, 1)), 1)), false],
    ['a view of it', state(reshape(mul(reshape(m, [4]), 2), [2, 2])), false],
  ])('decides by who reads: %s', (_, program, expected) => {
    expect(overwritable(program).has('m')).toBe(expected);
  });
});
