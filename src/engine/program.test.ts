import { interpret } from './interpreter';
import { add, mean, mul, square, stopGradient, sub, sum } from './ops';
import { adam, sgd } from './optimisers';
import { forward, type Program, trainingStep } from './program';
import { input, parameter } from './tensor';

const w = parameter('w', [2]);
const frozen = parameter('frozen', [2]);
const x = input('x', [2]);

type Values = Record<string, number[]>;

/** One step by the interpreter: outputs and the state that it writes. */
function step(program: Program, values: Values): Values {
  const written = program.state.filter(({ next }) => next);
  const names = [...Object.keys(program.outputs), ...written.map(({ name }) => name)];
  const roots = [...Object.values(program.outputs), ...written.map(({ next }) => next!)];
  return Object.fromEntries(interpret(roots, values).map(({ data }, i) => [names[i]!, [...data]]));
}

const start: Values = { w: [3, -4], frozen: [1, 1], x: [1, 2], learningRate: [0.5] };
const halfSquares = mul(0.5, sum(square(w)));

describe('a training step', () => {
  it('moves trainable weights down the gradient and reports loss and terms', () => {
    const terms = { first: halfSquares, second: sum(mul(w, x)) };
    const program = trainingStep({ loss: add(terms.first, terms.second), terms, trainable: [w], optimiser: sgd() });
    expect(step(program, start)).toEqual({ loss: [7.5], first: [12.5], second: [-5], w: [1, -3] });
  });

  it('reads frozen parameters and never writes them', () => {
    const program = trainingStep({ loss: sum(square(sub(w, frozen))), trainable: [w], optimiser: adam() });
    expect(program.state.find(({ name }) => name === 'frozen')).toMatchObject({ initial: 'given', next: undefined });
    expect(program.state.filter(({ next }) => next).map(({ name }) => name)).not.toContain('frozen');
    expect(program.state.map(({ name }) => name).filter((name) => name.includes('frozen'))).toEqual(['frozen']);
  });

  it('leaves out a trainable weight that the loss does not depend on, also behind stopGradient', () => {
    const cut = parameter('cut', [2]);
    const apart = parameter('apart', [2]);
    const loss = add(sum(square(w)), sum(stopGradient(cut)));
    const program = trainingStep({ loss, trainable: [w, cut, apart], optimiser: sgd({ weightDecay: 0.1 }) });
    expect(program.state.map(({ name, next }) => [name, next !== undefined])).toEqual([
      ['w', true],
      ['cut', false],
    ]);
  });

  it('is refused when the loss depends on no trainable weight, or one is not a parameter', () => {
    const loss = sum(square(w));
    expect(() => trainingStep({ loss, trainable: [frozen], optimiser: sgd() })).toThrow(/none of the trainable/);
    expect(() => trainingStep({ loss: sum(square(x)), trainable: [x], optimiser: sgd() })).toThrow(
      /only parameters can be trained, not input x float32\[2\]/,
    );
  });

  it('moves a masked weight only where its mask says so, whatever the gradient is elsewhere', () => {
    const loss = sum(mul(w, x));
    const masks = new Map([['w', parameter('mask', [2])]]);
    const program = trainingStep({ loss, trainable: [w], optimiser: sgd({ weightDecay: 0.1 }), masks });
    expect(step(program, { ...start, mask: [1, 0] })).toMatchObject({ w: [3 - 0.5 * 1.3, -4] });
    expect(step(program, { ...start, mask: [1, 0], x: [1, Number.NaN] })).toMatchObject({ w: [3 - 0.5 * 1.3, -4] });
  });

  it('keeps a weight within its limits, and only that one', () => {
    const loss = mul(10, add(sum(square(w)), sum(square(frozen))));
    const program = trainingStep({ loss, trainable: [w, frozen], optimiser: sgd(), limits: { w: [-1, 2] } });
    expect(step(program, start)).toMatchObject({ w: [-1, 2], frozen: [-9, -9] });
  });

  it('writes the updates of the forward pass', () => {
    const average = parameter('average', []);
    const updates = { average: add(mul(average, 0.9), mul(0.1, mean(x))) };
    const program = trainingStep({ loss: halfSquares, trainable: [w], optimiser: sgd(), updates });
    expect(step(program, { ...start, average: [10] }).average![0]).toBeCloseTo(9.15, 12);
    expect(program.state.find(({ name }) => name === 'average')!.initial).toBe('given');
  });

  it.each([
    [1, 5],
    [5, 5],
    [100, 5],
  ])('clips the joint norm of all gradients to %p', (clipNorm, norm) => {
    // gradients (3, 0) and (0, -4): a joint norm of 5
    const a = parameter('a', []);
    const b = parameter('b', []);
    const loss = add(mul(3, a), mul(-4, b));
    const program = trainingStep({ loss, trainable: [a, b], optimiser: sgd(), clipNorm });
    const factor = Math.min(1, clipNorm / (norm + 1e-6));
    const { a: movedA, b: movedB } = step(program, { a: [0], b: [0], learningRate: [1] });
    expect(movedA![0]).toBeCloseTo(-3 * factor, 12);
    expect(movedB![0]).toBeCloseTo(4 * factor, 12);
  });

  it('starts moments at zero, one for each weight, and counts shared state once', () => {
    const loss = add(sum(square(w)), sum(square(frozen)));
    const { state } = trainingStep({ loss, trainable: [w, frozen], optimiser: adam() });
    const zeros = state.filter(({ initial }) => initial === 'zeros').map(({ name, shape }) => [name, shape.length]);
    expect(zeros.sort()).toEqual([
      ['adam.c1', 0],
      ['adam.c2', 0],
      ['adam.m/frozen', 1],
      ['adam.m/w', 1],
      ['adam.v/frozen', 1],
      ['adam.v/w', 1],
    ]);
  });
});

describe('a program', () => {
  it('takes a parameter built twice for one', () => {
    const program = forward({ twice: add(parameter('w', [2]), parameter('w', [2])) });
    expect(program.state).toHaveLength(1);
    expect(step(program, start)).toEqual({ twice: [6, -8] });
  });

  it('is refused when a parameter has two shapes, or an input its name', () => {
    expect(() => forward({ y: add(parameter('w', [2]), parameter('w', [1])) })).toThrow(
      "parameter 'w' is used with two shapes",
    );
    expect(() => forward({ y: add(input('x', [2]), input('x', [1])) })).toThrow("'x' names two different tensors");
    expect(() => forward({ y: add(w, input('w', [2])) })).toThrow("'w' names two different tensors");
  });

  it('lists only what its outputs read', () => {
    const { inputs, state } = forward({ y: sum(mul(w, x)) });
    expect(inputs.map(({ name }) => name)).toEqual(['x']);
    expect(state.map(({ name }) => name)).toEqual(['w']);
  });
});
