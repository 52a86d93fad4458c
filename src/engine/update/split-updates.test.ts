import { interpret } from '../interpreter';
import { abs, add, matmul, mul, square, stopGradient, sub, sum } from '../ops';
import { adam, adamw, type Optimiser, sgd } from '../optimisers';
import { type Program, programOf, rootsOf, trainingStep } from '../program';
import { randomStream } from '../random';
import { input, parameter, size, type Tensor } from '../tensor';
import { splitUpdates } from './split-updates';

const SIDE = 4;
const ELEMENTS = SIDE * SIDE;
const w = parameter('w', [SIDE, SIDE]);
const u = parameter('u', [SIDE, SIDE]);
const bias = parameter('bias', [SIDE]);
const x = input('x', [SIDE, SIDE]);
// the second weight is read backwards after the first's gradient is known, and has a gradient of two parts
const loss = sum(square(sub(add(matmul(matmul(matmul(x, w), u), u), bias), mul(x, 2))));

type Values = Record<string, Float64Array>;

function evaluated(program: Program, values: Values): Values {
  const names = [...Object.keys(program.outputs), ...program.state.flatMap(({ name, next }) => (next ? [name] : []))];
  return Object.fromEntries(
    interpret(rootsOf(program), values).map(({ data }, i) => [names[i]!, Float64Array.from(data)]),
  );
}

function start(program: Program): Values {
  const { normal } = randomStream(5, 'start');
  const all = [...program.inputs, ...program.state];
  return Object.fromEntries(
    all.map(({ name, shape }) => [
      name,
      // second moments are never negative
      Float64Array.from({ length: size(shape) }, () => (name.startsWith('adam.') ? Math.abs(normal()) : normal() / 4)),
    ]),
  );
}

/** The whole step by its parts: the body, then the updates in stretches of 5 of the 16 elements. */
function inParts(program: Program, values: Values): Values {
  const { body, updates } = splitUpdates(program, ELEMENTS);
  const results = evaluated(body, values);
  for (const { state, operands, elements, over } of updates) {
    for (let from = 0; from < elements; from += 5) {
      const length = Math.min(5, elements - from);
      const part = (whole: Float64Array) => whole.subarray(from, from + length);
      const feeds: Values = {};
      operands.forEach((name, i) => {
        const whole = results[name]!;
        feeds[`x${i}`] = whole.length === 1 ? whole : part(whole);
      });
      state.forEach(({ name }, i) => {
        feeds[i] = part(values[name]!);
      });
      for (const [i, data] of Object.entries(evaluated(over(length), feeds))) {
        const { name } = state[Number(i)]!;
        results[name] ??= new Float64Array(elements);
        results[name].set(data, from);
      }
    }
  }
  for (const name of updates.flatMap(({ operands }) => operands)) delete results[name];
  return results;
}

const step = (optimiser: Optimiser, clipNorm?: number) =>
  trainingStep({ loss, trainable: [w, u, bias], optimiser, clipNorm });

describe('updates apart from the step', () => {
  it.each<[string, Program]>([
    ['SGD', step(sgd())],
    ['SGD with momentum and decay', step(sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }))],
    ['Adam', step(adam())],
    ['Adam with L2 decay, clipped', step(adam({ weightDecay: 0.1 }), 0.5)],
    ['AdamW, clipped', step(adamw({ weightDecay: 0.1 }), 0.5)],
  ])('give what the whole gives: %s', (_, program) => {
    const { body, updates } = splitUpdates(program, ELEMENTS);
    expect(updates.map(({ state }) => state.some(({ name }) => name === 'w' || name === 'u'))).toEqual([true, true]);
    expect(body.state.filter(({ next }) => next).every(({ shape }) => size(shape) < ELEMENTS)).toBe(true);
    const values = start(program);
    expect(inParts(program, values)).toEqual(evaluated(program, values));
  });

  it.each<[string, Program]>([
    ['without decay', step(adam())],
    ['with the square and the multiple of it', step(adam({ weightDecay: 0.1 }), 0.5)],
  ])('read one large operand, the gradient: %s', (_, program) => {
    const { body, updates } = splitUpdates(program, ELEMENTS);
    for (const { operands } of updates)
      expect(operands.filter((name) => size(body.outputs[name]!.shape) > 1)).toHaveLength(1);
  });

  it('are the same graph for weights that are updated in the same way', () => {
    const { updates } = splitUpdates(step(adam({ weightDecay: 0.1 })), ELEMENTS);
    const [first, second] = updates.map(({ over }) => JSON.stringify(rootsOf(over(7))));
    expect(first).toBe(second);
  });

  it('may read a weight that does not move', () => {
    const mask = parameter('mask', [SIDE, SIDE]);
    const program = step((d) => mul(d, mask));
    expect(splitUpdates(program, ELEMENTS).updates[0]!.state).toContainEqual({ name: 'mask', written: false });
    const values = start(program);
    expect(inParts(program, values)).toEqual(evaluated(program, values));
  });

  const next = (value: Tensor, outputs: Program['outputs'] = {}) =>
    programOf(outputs, new Map([['w', { next: value, initial: 'given' as const }]]));
  it.each<[string, Program, number]>([
    ['an update by itself', next(sub(w, x)), 1],
    ['a small weight', step(sgd()), 0],
    ['a next value that is reported', next(sub(w, x), { moved: sub(w, x) }), 0],
    ['a next value that the step reads', next(sub(w, x), { loss: sum(square(sub(w, x))) }), 0],
    ['a next value that is not elementwise', next(matmul(w, x)), 0],
    ['an old value that is read beside the new one', swapped(), 0],
    ['a weight that stays as it is', next(w), 0],
  ])('are split off only where that changes nothing: %s', (name, program, expected) => {
    expect(splitUpdates(program, name === 'a small weight' ? ELEMENTS + 1 : ELEMENTS).updates).toHaveLength(expected);
  });

  it('give what the whole gives where a gradient stops at a factor', () => {
    const program = trainingStep({ loss: sum(abs(mul(w, stopGradient(w)))), trainable: [w], optimiser: sgd() });
    const values = start(program);
    expect(inParts(program, values)).toEqual(evaluated(program, values));
  });
});

/** Two weights that change places: neither can be written over before the other has read it. */
function swapped(): Program {
  const entry = (value: Tensor) => ({ next: value, initial: 'given' as const });
  return programOf(
    {},
    new Map([
      ['w', entry(mul(u, 2))],
      ['u', entry(mul(w, 2))],
    ]),
  );
}
