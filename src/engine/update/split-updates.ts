import { type Program, programOf, rootsOf } from '../program';
import { applyAll, input, type Node, parameter, size, type Tensor, topological } from '../tensor';
import { ELEMENTWISE } from './elementwise';

/** The last part of a step for one large weight: from its gradient, elementwise, to the next values of the weight and of what is kept for it. */
export interface Update {
  /** The state that it reads, all of one size; what of it is written is written over, element by element. */
  readonly state: readonly { readonly name: string; readonly written: boolean }[];
  /** Names of the body's outputs that it reads: of the weight's size, such as the gradient, or scalars. */
  readonly operands: readonly string[];
  readonly elements: number;
  /**
   * The same update of `length` elements of each. Its state is named 0, 1, ... in the order of `state`, its inputs after `operands` in the same way
   * (x0, x1, ...), so that updates of one kind lower to equal bytes whatever the weights are called.
   */
  over(length: number): Program;
}

export interface SplitProgram {
  /** The step without the updates; what they read are further outputs of it. */
  readonly body: Program;
  readonly updates: readonly Update[];
}

/**
 * Splits the updates of weights of at least `fewest` elements from the rest of a step. Within one graph a step needs each large weight twice, because
 * gradients still read it while its next value is written, and every operation of the optimiser passes over the whole of it. An update by itself may
 * write in place, a stretch at a time.
 */
export function splitUpdates(program: Program, fewest: number): SplitProgram {
  const apart = nodesApart(program, fewest);
  const groups = grouped(program, apart);
  if (groups.length === 0) return { body: program, updates: [] };
  const moved = new Set(groups.flatMap(({ next }) => [...next.keys()]));
  const operands = new Map<string, Tensor>();
  const nameOf = (t: Tensor): string => {
    const known = [...operands].find(([, other]) => other.node === t.node && other.index === t.index);
    const name = known?.[0] ?? `update:${operands.size}`;
    operands.set(name, t);
    return name;
  };
  const updates = groups.map((group) => updateOf(group, nameOf));
  const kept = program.state.filter(({ name, next }) => next && !moved.has(name));
  const next = new Map(kept.map(({ name, initial, next }) => [name, { next: next!, initial }]));
  return { body: programOf({ ...program.outputs, ...Object.fromEntries(operands) }, next), updates };
}

const isScalar = (t: Tensor): boolean => t.shape.length === 0;
const isSame = (t: Tensor, node: Node): boolean => String(t.shape) === String(node.outputs[0]!.shape);

/** Elementwise nodes of large tensors that nothing but such nodes reads, down to the next value of some state. */
function nodesApart(program: Program, fewest: number): Set<Node> {
  const reported = new Set(Object.values(program.outputs).map(({ node }) => node));
  const order = topological(rootsOf(program));
  const readers = new Map<Node, Node[]>();
  for (const node of order)
    for (const { node: source } of node.inputs) readers.set(source, [...(readers.get(source) ?? []), node]);
  const apart = new Set<Node>();
  for (const node of order.reverse()) {
    const large = size(node.outputs[0]!.shape) >= fewest;
    if (!large || !ELEMENTWISE.has(node.op) || reported.has(node)) continue;
    const plain = node.inputs.every((t) => isScalar(t) || (isSame(t, node) && t.node.op !== 'constant'));
    if (plain && (readers.get(node) ?? []).every((reader) => apart.has(reader))) apart.add(node);
  }
  return apart;
}

/** The members that the roots depend on by members alone, each after its inputs. */
function ordered(roots: Iterable<Node>, members: ReadonlySet<Node>): Node[] {
  const order = new Set<Node>();
  const visit = (node: Node): void => {
    if (order.has(node) || !members.has(node)) return;
    for (const t of node.inputs) visit(t.node);
    order.add(node);
  };
  for (const root of roots) visit(root);
  return [...order];
}

interface Group {
  /** Next values by the state's name. */
  readonly next: ReadonlyMap<string, Tensor>;
  /** What the update reads of the rest of the step, large or scalar. */
  readonly cuts: readonly Tensor[];
  readonly nodes: ReadonlySet<Node>;
}

/** The updates that stand alone: one for each weight with what is kept for it. */
function grouped(program: Program, apart: ReadonlySet<Node>): Group[] {
  const groups: { next: Map<string, Tensor>; nodes: Set<Node> }[] = [];
  for (const { name, next } of program.state) {
    if (!next || !apart.has(next.node)) continue;
    const nodes = new Set(ordered([next.node], apart));
    const joined = groups.filter((group) => [...nodes].some((node) => group.nodes.has(node)));
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push({
      next: new Map([...joined.flatMap((group) => [...group.next]), [name, next]]),
      nodes: new Set([...joined.flatMap((group) => [...group.nodes]), ...nodes]),
    });
  }
  const specs = new Map(program.state.map((spec) => [spec.name, spec]));
  return groups
    .map(({ next, nodes }) => ({ next, ...narrowed(nodes) }))
    .filter(({ next, nodes }) =>
      // state that the rest of the step writes would be gone before the update reads it
      parametersOf(nodes).every((name) => next.has(name) || !specs.get(name)!.next),
    )
    .filter(({ next, nodes }) => [...next].every(([name, value]) => readBefore(name, value, nodes)));
}

const parametersOf = (nodes: ReadonlySet<Node>): string[] => [
  ...new Set(
    [...nodes].flatMap((node) =>
      node.inputs.flatMap((t) => (t.node.op === 'parameter' && isSame(t, node) ? [t.node.attributes.name] : [])),
    ),
  ),
];

/**
 * Leaves to the body what does not touch the state, except where that would make it give out more: the square of a gradient, or its multiple, is computed
 * again rather than stored beside it.
 */
function narrowed(nodes: ReadonlySet<Node>): Pick<Group, 'cuts' | 'nodes'> {
  const stateful = new Set<Node>();
  for (const node of ordered(nodes, nodes))
    if (node.inputs.some((t) => stateful.has(t.node) || (t.node.op === 'parameter' && isSame(t, node))))
      stateful.add(node);
  const cutsOf = () =>
    [...stateful].flatMap((node) => node.inputs.filter((t) => !stateful.has(t.node) && t.node.op !== 'constant'));
  const isLarge = (t: Tensor) => !isScalar(t) && t.node.op !== 'parameter';
  for (let cuts = cutsOf(); ; cuts = cutsOf()) {
    const given = new Set(cuts.map(({ node }) => node));
    const further = cuts.find(({ node }) => {
      if (!nodes.has(node)) return false;
      const sources = new Set(node.inputs.filter(isLarge).map((t) => t.node));
      return sources.size === 1 || [...sources].every((source) => given.has(source));
    });
    if (!further) return { cuts: cuts.filter((t) => isScalar(t) || isLarge(t)), nodes: stateful };
    stateful.add(further.node);
  }
}

/** Whether everything that reads the state is needed for its next value, so that it has been read when that is written. */
function readBefore(name: string, next: Tensor, nodes: ReadonlySet<Node>): boolean {
  const needed = new Set(ordered([next.node], nodes));
  return [...nodes].every((node) => needed.has(node) || !node.inputs.some((t) => isNamed(t, name)));
}

const isNamed = ({ node }: Tensor, name: string): boolean => node.op === 'parameter' && node.attributes.name === name;

function updateOf({ next, cuts, nodes }: Group, nameOf: (t: Tensor) => string): Update {
  const roots = [...next.values()];
  // in an order that equal updates share
  const order = ordered(
    roots.map(({ node }) => node),
    nodes,
  );
  const names = parametersOf(new Set(order));
  const distinct = order
    .flatMap((node) => node.inputs)
    .filter((t) => cuts.some((cut) => cut.node === t.node && cut.index === t.index))
    .filter((t, i, all) => all.findIndex((other) => other.node === t.node && other.index === t.index) === i);
  return {
    state: names.map((name) => ({ name, written: next.has(name) })),
    operands: distinct.map(nameOf),
    elements: size(roots[0]!.shape),
    over: (length) => {
      const leaves = distinct.map((t, i) => ({ of: t, is: input(`x${i}`, isScalar(t) ? [] : [length]) }));
      const states = new Map(names.map((name, i) => [name, parameter(String(i), [length])]));
      const made = new Map<Node, Tensor>();
      const replaced = (t: Tensor): Tensor =>
        leaves.find(({ of }) => of.node === t.node && of.index === t.index)?.is ??
        (t.node.op === 'parameter' ? states.get(t.node.attributes.name)! : (made.get(t.node) ?? t));
      for (const node of order) made.set(node, applyAll(node.op, node.inputs.map(replaced), node.attributes)[0]!);
      const written = names.flatMap((name, i) => {
        const value = next.get(name);
        return value ? [[String(i), { next: made.get(value.node)!, initial: 'given' }] as const] : [];
      });
      return programOf({}, new Map(written));
    },
  };
}
