import { outputsOf, rewrite } from '../passes/rewrite';
import type { Primitive } from '../primitives';
import { forward, type Program, rebuilt, rootsOf } from '../program';
import { input, type Node, size, type Tensor, topological } from '../tensor';
import { type Fixed, keepsRows, SAME } from './row-wise';

/** A part of a program that gives the same values in every step: run it once, feed its outputs to the body under their names. */
export interface Prelude {
  /** The set whose samples its rows belong to; null for what is one value for the whole run. */
  readonly set: string | null;
  readonly program: Program;
}

export interface Hoisted {
  readonly preludes: readonly Prelude[];
  readonly body: Program;
}

/** Work that is worth keeping the result of; anything cheaper is done again in each step. */
const COSTLY: ReadonlySet<Primitive> = new Set(['matmul', 'conv2d', 'softmax', 'layerNorm']);

/**
 * Splits what no trainable weight reaches from the rest of a step: the features of fixed prompts, the frozen trunk of a tower over images that do not
 * change. `inputs` says of each fixed input which set's samples its rows are (null: the same in every step); inputs it does not name change.
 */
export function hoist(program: Program, inputs: Readonly<Record<string, string | null>>): Hoisted {
  const roots = rootsOf(program);
  const moving = new Set(program.state.filter(({ next }) => next).map(({ name }) => name));
  const facts = new Map<Node, Fixed | undefined>();
  const costly = new Set<Node>();
  for (const node of topological(roots)) {
    facts.set(node, knownOf(node, facts, moving, inputs));
    if (COSTLY.has(node.op) || node.inputs.some((t) => costly.has(t.node))) costly.add(node);
  }
  const worth = (t: Tensor) => t.dtype === 'float32' && costly.has(t.node) && facts.get(t.node) !== undefined;
  const kept = frontier(roots, facts, worth);
  const named = new Map(kept.map((t, i) => [`hoisted:${i}`, t]));
  const preludes = [...new Set(kept.map((t) => facts.get(t.node)!.set))].map((set) => ({
    set,
    program: forward(Object.fromEntries([...named].filter(([, t]) => facts.get(t.node)!.set === set))),
  }));
  return { preludes, body: kept.length === 0 ? program : rebuilt(program, (tensors) => substituted(tensors, named)) };
}

function knownOf(
  node: Node,
  facts: ReadonlyMap<Node, Fixed | undefined>,
  moving: ReadonlySet<string>,
  inputs: Readonly<Record<string, string | null>>,
): Fixed | undefined {
  if (node.op === 'constant') return SAME;
  if (node.op === 'parameter') return moving.has(node.attributes.name) ? undefined : SAME;
  if (node.op === 'input') {
    const set = inputs[node.attributes.name];
    return set === undefined ? undefined : set === null ? SAME : { set, samples: node.attributes.shape[0]! };
  }
  const operands = node.inputs.map((t) => facts.get(t.node));
  if (operands.includes(undefined)) return undefined;
  const rows = operands.find((fact) => fact!.set !== null);
  if (!rows || rows.set === null) return SAME;
  if (operands.some((fact) => fact!.set !== null && fact!.set !== rows.set)) return undefined;
  return keepsRows(node, (t) => facts.get(t.node), rows.samples) ? rows : undefined;
}

/** The tensors worth keeping that something else reads: an operation that is not fixed, or the program's caller. */
function frontier(
  roots: readonly Tensor[],
  facts: ReadonlyMap<Node, Fixed | undefined>,
  worth: (t: Tensor) => boolean,
): Tensor[] {
  const found = new Map<Node, Map<number, Tensor>>();
  const keep = (t: Tensor) => {
    if (worth(t)) found.set(t.node, (found.get(t.node) ?? new Map<number, Tensor>()).set(t.index, t));
  };
  for (const node of topological(roots)) if (!facts.get(node)) node.inputs.forEach(keep);
  roots.forEach(keep);
  return [...found.values()].flatMap((outputs) => [...outputs.values()]);
}

/** The graph with inputs of their names in the place of the named tensors. */
function substituted(roots: readonly Tensor[], named: ReadonlyMap<string, Tensor>): Tensor[] {
  const inputs = [...named].map(([name, t]) => ({ t, input: input(name, t.shape, t.dtype) }));
  return rewrite(roots, (node, before) =>
    outputsOf(node).map(
      (t) => inputs.find((entry) => entry.t.node === before && entry.t.index === t.index)?.input ?? t,
    ),
  );
}

/** Floats that a prelude's outputs hold for each sample (or in all, for a prelude without a set). */
export const storedPerSample = (prelude: Prelude, samples: number): number =>
  Object.values(prelude.program.outputs).reduce((total, t) => total + size(t.shape), 0) /
  (prelude.set === null ? 1 : samples);
