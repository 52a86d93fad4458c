import type { Node, Tensor } from '../tensor';
import { outputsOf, rewrite } from './rewrite';

/** Makes one node of all that compute the same: hash-consing by primitive, inputs and attributes. */
export function commonSubexpressions(roots: readonly Tensor[]): Tensor[] {
  const known = new Map<string, Tensor[]>();
  const numbers = new Map<Node, number>();
  return rewrite(roots, (node) => {
    const key = keyOf(node, (n) => numbers.get(n)!);
    const earlier = known.get(key);
    if (earlier) return earlier;
    const outputs = outputsOf(node);
    numbers.set(node, numbers.size);
    known.set(key, outputs);
    return outputs;
  });
}

function keyOf(node: Node, numberOf: (node: Node) => number): string {
  const inputs = node.inputs.map((t) => `${numberOf(t.node)}.${t.index}`).join(',');
  if (node.op !== 'constant') return `${node.op}(${inputs})${JSON.stringify(node.attributes)}`;
  const { data, shape, dtype } = node.attributes;
  return `constant ${dtype}[${shape}] ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')}`;
}
