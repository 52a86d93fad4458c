import { type Attributes, type Primitive, SHAPE_RULES } from '../primitives';
import { describe, type Node, type Tensor, type TensorType, topological } from '../tensor';
import { outputsOf } from './rewrite';

/** Checks every node of a graph against its primitive's shape rule; throws an `internal:` error that prints the offending node and its operands. */
export function verify(roots: readonly Tensor[], after: string): void {
  for (const node of topological(roots)) {
    for (const t of node.inputs) {
      if (!sameType(t.node.outputs[t.index], t))
        fail(node, after, `reads ${describe(t)}, which its producer does not give`);
    }
    const rule = SHAPE_RULES[node.op] as (inputs: readonly Tensor[], attributes: Attributes[Primitive]) => TensorType[];
    const expected = attempt(
      () => rule(node.inputs, node.attributes),
      (why) => fail(node, after, why),
    );
    if (expected.length !== node.outputs.length || !expected.every((type, i) => sameType(type, node.outputs[i]!))) {
      fail(node, after, `should give ${expected.map((t) => `${t.dtype}[${t.shape}]`).join(', ')}`);
    }
  }
}

function attempt<T>(body: () => T, refuse: (why: string) => never): T {
  try {
    return body();
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const sameType = (a: TensorType | undefined, b: TensorType): boolean =>
  a !== undefined && a.dtype === b.dtype && String(a.shape) === String(b.shape);

function fail(node: Node, after: string, why: string): never {
  const operands = node.inputs.map(describe).join(', ');
  throw new Error(`internal: after ${after}: ${outputsOf(node).map(describe).join(', ')} of (${operands}) ${why}`);
}
