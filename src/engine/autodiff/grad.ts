import { add, broadcastTo } from '../ops';
import type { Primitive } from '../primitives';
import { describe, type Node, type Tensor, tensor, topological } from '../tensor';
import { GRADIENTS, NON_DIFFERENTIABLE, type Vjp } from './gradients';

/**
 * The gradients of a scalar loss with respect to `wrt`, each of its tensor's shape, by reverse-mode accumulation. Throws when the path from
 * one of them to the loss passes a primitive without a derivative (cut it with `stopGradient` if that is meant) or when there is no path at all.
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) throw new Error(`grad: the loss must be a scalar, not ${describe(loss)}`);
  const order = topological([loss]);
  const reached = reachedFrom(wrt, order);
  const cotangents = new Map<Node, (Tensor | null)[]>();
  cotangents.set(loss.node, [tensor(1)]);
  const wanted = new Set(wrt.map((t) => t.node));

  for (const node of order.reverse()) {
    const outgoing = cotangents.get(node);
    if (!outgoing || !node.inputs.some((parent) => reached.has(parent.node))) continue;
    propagate(node, outgoing).forEach((cotangent, i) => {
      const parent = node.inputs[i]!;
      if (cotangent === null || !reached.has(parent.node)) return;
      if (String(cotangent.shape) !== String(parent.shape)) {
        throw new Error(`internal: the gradient of ${node.op} gives ${describe(cotangent)} for ${describe(parent)}`);
      }
      accumulate(cotangents, parent, cotangent);
    });
    if (!wanted.has(node)) cotangents.delete(node); // frees the reference; the graph itself keeps what it needs
  }
  return wrt.map((t) => {
    const gradient = cotangents.get(t.node)?.[t.index];
    if (!gradient) throw new Error(`grad: the loss does not depend on ${describe(t)}`);
    return gradient;
  });
}

/** Which of `candidates` the loss depends on differentiably; PyTorch leaves the others' gradient undefined and its optimisers skip them. */
export function connected(loss: Tensor, candidates: readonly Tensor[]): Tensor[] {
  const cut = (node: Node) => (node.op === 'stopGradient' ? [] : node.inputs);
  const seen = new Set<Node>([loss.node]);
  const stack = [loss.node];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const parent of cut(node)) {
      if (seen.has(parent.node)) continue;
      seen.add(parent.node);
      stack.push(parent.node);
    }
  }
  return candidates.filter((t) => seen.has(t.node));
}

/** The nodes that depend on `wrt` through anything but `stopGradient`. */
function reachedFrom(wrt: readonly Tensor[], order: readonly Node[]): Set<Node> {
  const reached = new Set(wrt.map((t) => t.node));
  for (const node of order) {
    if (node.op !== 'stopGradient' && node.inputs.some((parent) => reached.has(parent.node))) reached.add(node);
  }
  return reached;
}

function propagate(node: Node, outgoing: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
  const rule = GRADIENTS[node.op];
  if (rule === NON_DIFFERENTIABLE) {
    throw new Error(`grad: ${node.op} has no derivative; wrap it in stopGradient if no gradient is meant to pass`);
  }
  const output: Tensor = { ...node.outputs[0]!, node, index: 0 };
  const g = outgoing[0] ?? broadcastTo(tensor(0), output.shape);
  return (rule as Vjp<Primitive>)(g, node, output, outgoing);
}

function accumulate(cotangents: Map<Node, (Tensor | null)[]>, target: Tensor, cotangent: Tensor): void {
  const slots = cotangents.get(target.node) ?? target.node.outputs.map(() => null);
  const earlier = slots[target.index];
  slots[target.index] = earlier ? add(earlier, cotangent) : cotangent;
  cotangents.set(target.node, slots);
}
