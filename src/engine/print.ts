import { createHash } from 'node:crypto';
import { type Program, rootsOf } from './program';
import { type Node, size, type Tensor, type TensorType, topological } from './tensor';

/**
 * A program as text, one line for each operation: its number, what it computes of what, and the type of the result (float32 unless named). Leaves appear
 * by name, small constants by value. Two programs of one text compute the same in the same order.
 */
export function print(program: Program): string {
  const numbers = new Map<Node, number>();
  const lines: string[] = [];
  const named = (t: Tensor): string => {
    const leaf = leafName(t.node);
    if (leaf !== null) return leaf;
    return `%${numbers.get(t.node)}${t.index > 0 ? `.${t.index}` : ''}`;
  };
  for (const node of topological(rootsOf(program))) {
    if (leafName(node) !== null) continue;
    const number = numbers.size;
    numbers.set(node, number);
    const operation = `${node.op}(${[...node.inputs.map(named), ...attributesOf(node)].join(', ')})`;
    lines.push(`%${number} = ${operation} ${node.outputs.map(typeOf).join(' ')}`);
  }
  return [
    ...program.inputs.map((leaf) => `input ${leaf.name} ${typeOf(leaf)}`),
    ...program.state.map(({ name, shape, initial }) => `state ${name} [${shape.join(',')}] ${initial}`),
    ...lines,
    ...Object.entries(program.outputs).map(([name, t]) => `output ${name} = ${named(t)}`),
    ...program.state.flatMap(({ name, next }) => (next ? [`next ${name} = ${named(next)}`] : [])),
    '',
  ].join('\n');
}

function leafName(node: Node): string | null {
  if (node.op === 'input' || node.op === 'parameter') return node.attributes.name;
  if (node.op !== 'constant') return null;
  const { data, shape, dtype } = node.attributes;
  const values = size(shape) <= 8 ? data.join(',') : digestOf(data);
  return shape.length === 0 && dtype === 'float32' ? values : `${typeOf(node.attributes)}{${values}}`;
}

function digestOf(data: Float64Array): string {
  if (data.every((value) => value === data[0])) return `all ${data[0]}`;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

const attributesOf = (node: Node): string[] =>
  Object.entries(node.attributes).map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : value}`);

const typeOf = ({ shape, dtype }: TensorType): string => `${dtype === 'float32' ? '' : dtype}[${shape.join(',')}]`;
