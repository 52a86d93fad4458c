import { type Program, rootsOf } from '../program';
import { type Node, topological } from '../tensor';
import { ELEMENTWISE } from './elementwise';

/**
 * Names of the state whose next value may be written over its present one while the step runs: every reader is elementwise, and is what computes the next
 * value or an operand of that. An optimiser's moments are such; weights are not, for gradients read them at a time that nothing orders before the update.
 */
export function overwritable(program: Program): Set<string> {
  const roots = rootsOf(program);
  const readers = new Map<Node, Node[]>();
  for (const node of topological(roots)) {
    for (const { node: source } of node.inputs) readers.set(source, [...(readers.get(source) ?? []), node]);
  }
  const outputs = new Set(roots.map(({ node }) => node));
  const parameters = new Map(
    [...readers.keys()].flatMap((node) => (node.op === 'parameter' ? [[node.attributes.name, node] as const] : [])),
  );
  const safe = program.state.filter(({ name, next }) => {
    const parameter = parameters.get(name);
    if (!next || !parameter || outputs.has(parameter)) return false;
    const last = new Set<Node>([next.node, ...next.node.inputs.map(({ node }) => node)]);
    return readers.get(parameter)!.every((reader) => ELEMENTWISE.has(reader.op) && last.has(reader));
  });
  return new Set(safe.map(({ name }) => name));
}
