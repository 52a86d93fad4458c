import { EVALUATION } from '../interpreter/rules';
import { applyRule, constant, type Node, size, type Tensor } from '../tensor';
import { outputsOf, rewrite } from './rewrite';

/** Results larger than this stay computed at run time: a broadcast zero is better not stored. */
const LARGEST = 4096;

/** Computes what depends on constants alone, in float64. */
export function foldConstants(roots: readonly Tensor[]): Tensor[] {
  return rewrite(roots, (node) => {
    if (!foldable(node)) return outputsOf(node);
    const inputs = node.inputs.map(({ node: leaf }) => {
      if (leaf.op !== 'constant') throw new Error('internal: folding a node of unknown inputs');
      return { shape: leaf.attributes.shape, data: leaf.attributes.data };
    });
    const values = applyRule(EVALUATION, node, inputs, new Map());
    return values.map((value, i) => constant(value.data, value.shape, node.outputs[i]!.dtype));
  });
}

function foldable(node: Node): boolean {
  if (node.inputs.length === 0 || !node.inputs.every((t) => t.node.op === 'constant')) return false;
  const before = node.inputs.reduce((total, t) => total + size(t.shape), 0);
  return node.outputs.every((type) => size(type.shape) <= Math.max(LARGEST, before));
}
