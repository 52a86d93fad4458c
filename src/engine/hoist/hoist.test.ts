import { interpret, type NdArray } from '../interpreter';
import * as ops from '../ops';
import { adam } from '../optimisers';
import { type Program, rootsOf, trainingStep } from '../program';
import { randomStream } from '../random';
import { input, parameter, size, type Tensor, topological } from '../tensor';
import { hoist } from './hoist';

const [B, T, W] = [3, 4, 6];
const weight = (name: string, shape: number[]) => parameter(name, shape);

/** One attention block over tokens, a class token and a positional embedding: what a tower's trunk is made of. */
function block(x: Tensor, name: string): Tensor {
  const heads = (t: Tensor) => ops.transpose(ops.reshape(t, [B, -1, 2, W / 2]), [0, 2, 1, 3]);
  const normed = ops.layerNorm(x, weight(`${name}.ln.weight`, [W]), weight(`${name}.ln.bias`, [W]));
  const [q, k, v] = ['q', 'k', 'v'].map((part) => heads(ops.matmul(normed, weight(`${name}.${part}`, [W, W])))) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const mixed = ops.matmul(ops.softmax(ops.matmul(q, k, { transposeB: true })), v);
  return ops.add(x, ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [B, -1, W]));
}

function step(trained: string): Program {
  const images = input('retain.pixels', [B, T, W]);
  const token = ops.broadcastTo(weight('class', [1, 1, W]), [B, 1, W]);
  const tokens = ops.add(ops.concat([token, images], 1), weight('position', [T + 1, W]));
  const trunk = block(tokens, 'first');
  const features = ops.reshape(ops.sliceAxis(block(trunk, 'second'), 1, 0, 1), [B, W]);
  const prompts = ops.matmul(input('prompts', [2, W]), weight('text', [W, W]));
  const loss = ops.neg(ops.mean(ops.logSoftmax(ops.matmul(features, prompts, { transposeB: true }))));
  const trainable = topological([loss]).flatMap((node) =>
    node.op === 'parameter' && node.attributes.name.startsWith(trained)
      ? [{ node, index: 0, ...node.outputs[0]! }]
      : [],
  );
  return trainingStep({ loss, trainable, optimiser: adam() });
}

const random = randomStream(3, 'hoist');
const draw = (shape: readonly number[]): NdArray => ({
  shape,
  data: Float64Array.from({ length: size(shape) }, () => 0.1 + random.uniform()),
});
const leaves = (program: Program) =>
  new Map([...program.inputs, ...program.state].map(({ name, shape }) => [name, draw(shape)]));
const results = (program: Program, values: Map<string, NdArray>) => {
  const written = program.state.flatMap(({ name, next }) => (next ? [[name, next] as const] : []));
  const named = [...Object.entries(program.outputs), ...written];
  const computed = interpret(
    named.map(([, t]) => t),
    values,
  );
  return new Map(named.map(([name], i) => [name, computed[i]!]));
};
const operations = (program: Program) => topological(rootsOf(program)).filter(({ op }) => op === 'matmul').length;

describe('hoisting what no trainable weight reaches', () => {
  const rows = { 'retain.pixels': 'retain', prompts: null };

  it('leaves a step that computes the same from the preludes outputs', () => {
    const program = step('second');
    const { preludes, body } = hoist(program, rows);
    const values = leaves(program);
    for (const prelude of preludes) {
      const computed = interpret(Object.values(prelude.program.outputs), values);
      Object.keys(prelude.program.outputs).forEach((name, i) => {
        values.set(name, computed[i]!);
      });
    }
    const found = results(body, values);
    for (const [name, expected] of results(program, values)) {
      expected.data.forEach((v, i) => {
        expect(found.get(name)!.data[i]).toBeCloseTo(v, 12);
      });
    }
  });

  it('keeps a frozen trunk by sample and the fixed prompts once', () => {
    const program = step('second');
    const { preludes, body } = hoist(program, rows);
    expect(preludes.map(({ set }) => set).sort()).toEqual(['retain', null].sort());
    expect(operations(body)).toBeLessThan(operations(program));
    expect(body.inputs.map(({ name }) => name)).not.toContain('retain.pixels');
  });

  it('computes each row from its own sample alone', () => {
    const { preludes } = hoist(step('second'), rows);
    const trunk = preludes.find(({ set }) => set === 'retain')!.program;
    const values = leaves(trunk);
    const before = interpret(Object.values(trunk.outputs), values);
    const pixels = values.get('retain.pixels')!;
    pixels.data.fill(9, 0, T * W);
    const after = interpret(Object.values(trunk.outputs), values);
    before.forEach((value, i) => {
      const row = value.data.length / B;
      expect(after[i]!.data.slice(row)).toEqual(value.data.slice(row));
      expect(after[i]!.data.slice(0, row)).not.toEqual(value.data.slice(0, row));
    });
  });

  it('hoists nothing of a tower whose first layer moves', () => {
    const { preludes } = hoist(step('first'), { 'retain.pixels': 'retain' });
    expect(preludes).toEqual([]);
  });

  it('does not keep what mixes the samples of a batch', () => {
    const x = input('retain.pixels', [B, W]);
    const mixed = ops.matmul(x, x, { transposeA: true });
    const loss = ops.sum(ops.mul(ops.matmul(mixed, weight('head', [W, 1])), 1));
    const program = trainingStep({ loss, trainable: [topologicalLeaf(loss, 'head')], optimiser: adam() });
    expect(hoist(program, { 'retain.pixels': 'retain' }).preludes).toEqual([]);
  });
});

function topologicalLeaf(root: Tensor, name: string): Tensor {
  const node = topological([root]).find((n) => n.op === 'parameter' && n.attributes.name === name)!;
  return { node, index: 0, ...node.outputs[0]! };
}
