import { type Node, type Tensor, topological } from '../tensor';

/** Rebuilds the graph below `roots` from its leaves; `visit` gets a node with its inputs already rewritten, and what it was before, and returns the tensors that take its outputs' place. */
export function rewrite(roots: readonly Tensor[], visit: (node: Node, before: Node) => readonly Tensor[]): Tensor[] {
  const replaced = new Map<Node, readonly Tensor[]>();
  const renewed = (t: Tensor): Tensor => replaced.get(t.node)![t.index]!;
  for (const node of topological(roots)) {
    const inputs = node.inputs.map(renewed);
    const same = inputs.every((t, i) => t.node === node.inputs[i]!.node && t.index === node.inputs[i]!.index);
    replaced.set(node, visit(same ? node : ({ ...node, inputs } as Node), node));
  }
  return roots.map(renewed);
}

/** The node's own outputs, as tensors. */
export const outputsOf = (node: Node): Tensor[] =>
  node.outputs.map((type, index) => ({ node, index, shape: type.shape, dtype: type.dtype }));
