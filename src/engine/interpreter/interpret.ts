import { applyRule, type Node, type Tensor, topological } from '../tensor';
import type { NdArray } from './array';
import { EVALUATION, type Feeds } from './rules';

/**
 * The values of `tensors`, computed node by node in float64; `feeds` holds inputs and parameters by name. It is the arbiter in tests: slow, simple,
 * and of no shared code with the ONNX lowering.
 */
export function interpret(
  tensors: readonly Tensor[],
  feeds: Feeds | Record<string, ArrayLike<number>> = {},
): NdArray[] {
  const named: Feeds =
    feeds instanceof Map
      ? feeds
      : new Map(Object.entries(feeds).map(([name, data]) => [name, flat(data as ArrayLike<number>)]));
  const values = new Map<Node, NdArray[]>();
  for (const node of topological(tensors)) {
    const inputs = node.inputs.map((t) => values.get(t.node)![t.index]!);
    values.set(node, applyRule(EVALUATION, node, inputs, named));
  }
  return tensors.map((t) => values.get(t.node)![t.index]!);
}

const flat = (data: ArrayLike<number>): NdArray => ({ shape: [data.length], data: Float64Array.from(data) });
