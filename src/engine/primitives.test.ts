import { createSession } from '../runtime';
import { grad } from './autodiff/grad';
import { GRADIENTS, NON_DIFFERENTIABLE } from './autodiff/gradients';
import { interpret } from './interpreter';
import * as ops from './ops';
import type { Primitive } from './primitives';
import { forward } from './program';
import { input, parameter, type Tensor, topological } from './tensor';
import { distance } from './testing/distance';
import { CASES, problem } from './testing/primitive-cases';

function centralDifferences(loss: Tensor, values: Record<string, Float64Array>, name: string): number[] {
  const h = 1e-5;
  const at = (i: number, by: number) => {
    const moved = values[name]!.slice();
    moved[i]! += by;
    return interpret([loss], { ...values, [name]: moved })[0]!.data[0]!;
  };
  return Array.from(values[name]!, (_, i) => (at(i, h) - at(i, -h)) / (2 * h));
}

describe.each(Object.entries(CASES))('%s', (_, cases) => {
  it.each(cases.map((c) => [JSON.stringify(c.shapes), c] as const))(
    'gradients of %s agree with central differences',
    (_, c) => {
      const { operands, values, loss } = problem(c);
      const gradients = interpret(grad(loss, operands), values);
      operands.forEach((_, i) => {
        expect(distance(gradients[i]!.data, centralDifferences(loss, values, `x${i}`))).toBeLessThan(1e-6);
      });
    },
  );

  it.each(cases.map((c) => [JSON.stringify(c.shapes), c] as const))('second order of %s agrees too', (_, c) => {
    const { operands, values, loss } = problem(c);
    const slope = grad(ops.mul(loss, loss), operands)
      .map((g) => ops.sum(ops.mul(g, g)))
      .reduce((a, b) => ops.add(a, b));
    const second = interpret(grad(slope, operands.slice(0, 1)), values);
    const expected = centralDifferences(slope, values, 'x0');
    const scale = Math.max(1, ...expected.map(Math.abs));
    expect(distance(second[0]!.data, expected) / scale).toBeLessThan(1e-5);
  });

  it.each(cases.map((c) => [JSON.stringify(c.shapes), c] as const))(
    'ONNX Runtime computes %s as the interpreter does',
    async (_, c) => {
      const { operands, values, y, loss } = problem(c);
      const gradients = grad(loss, operands);
      const outputs = { y, ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) };
      const session = await createSession(forward(outputs));
      session.loadState(
        new Map(operands.map((x, i) => [`x${i}`, { shape: x.shape, data: Float32Array.from(values[`x${i}`]!) }])),
      );
      const computed = await session.run();
      interpret(Object.values(outputs), values).forEach((expected, i) => {
        expect(distance(Array.from(computed[Object.keys(outputs)[i]!]!, Number), expected.data)).toBeLessThan(1e-5);
      });
    },
  );
});

describe('a gradient that does not exist', () => {
  const blocked = (Object.keys(GRADIENTS) as Primitive[]).filter((op) => GRADIENTS[op] === NON_DIFFERENTIABLE);

  it.each(blocked)('is refused through %s', (op) => {
    const [c] = CASES[op];
    const open = (t: Tensor): Tensor => (t.node.op === 'stopGradient' ? open(t.node.inputs[0]!) : t);
    const { y, operands } = problem(c!);
    const target = topological([y]).find((node) => node.op === op)!;
    const result = { node: target, index: 0, ...target.outputs[0]! };
    const float = result.dtype === 'float32' ? result : ops.cast(result, 'float32');
    expect(() => grad(ops.sum(open(float)), operands)).toThrow(/has no derivative/);
  });

  it('is refused for a tensor that the loss does not depend on', () => {
    expect(() => grad(ops.sum(parameter('a', [2])), [parameter('b', [2])])).toThrow(/does not depend on parameter b/);
  });

  it('is refused for a loss that is not a scalar', () => {
    const x = input('x', [2]);
    expect(() => grad(x, [x])).toThrow(/must be a scalar/);
  });
});
