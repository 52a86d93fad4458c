import { type Attributes, type Primitive, SHAPE_RULES } from './primitives';

export type DType = 'float32' | 'int64' | 'bool';

/** The element type and static shape of a tensor. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** One application of a primitive: immutable, so that graphs can be shared and rewritten by passes. */
export type Node = { [P in Primitive]: NodeOf<P> }[Primitive];

export interface NodeOf<P extends Primitive> {
  readonly op: P;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes[P];
  readonly outputs: readonly TensorType[];
}

/** A symbolic tensor: one output of a node. Nothing is computed until a program of it is run. */
export interface Tensor extends TensorType {
  readonly node: Node;
  readonly index: number;
}

/** Every operation takes tensors or plain numbers; a number is a float32 scalar. */
export type Operand = Tensor | number;

/** A function for each primitive, as tables of rules have them; complete by type. */
export type RuleTable<Args extends readonly unknown[], Result> = {
  [P in Primitive]: (node: NodeOf<P>, ...args: Args) => Result;
};

/** Applies the rule of the node's own primitive. The cast is the one place where the table's correlation is not visible to the compiler. */
export function applyRule<Args extends readonly unknown[], Result>(
  table: RuleTable<Args, Result>,
  node: Node,
  ...args: Args
): Result {
  return (table[node.op] as (node: Node, ...args: Args) => Result)(node, ...args);
}

/** Builds a node and returns all its outputs. Throws when the operands' shapes or types do not fit. */
export function applyAll<P extends Primitive>(op: P, inputs: readonly Tensor[], attributes: Attributes[P]): Tensor[] {
  const outputs = SHAPE_RULES[op](inputs, attributes);
  const node = { op, inputs, attributes, outputs } as NodeOf<P> as Node;
  return outputs.map((type, index) => ({ node, index, shape: type.shape, dtype: type.dtype }));
}

/** Builds a node of one output. */
export function apply<P extends Primitive>(op: P, inputs: readonly Tensor[], attributes: Attributes[P]): Tensor {
  return applyAll(op, inputs, attributes)[0]!;
}

/** A tensor fed at every run, such as a batch of images. */
export function input(name: string, shape: readonly number[], dtype: DType = 'float32'): Tensor {
  return apply('input', [], { name, shape, dtype });
}

/** A float32 tensor of the program's state, found by name: a weight, a running statistic, an optimiser's moment. */
export function parameter(name: string, shape: readonly number[]): Tensor {
  return apply('parameter', [], { name, shape });
}

/** A tensor known when the graph is built. */
export function constant(data: ArrayLike<number>, shape: readonly number[], dtype: DType = 'float32'): Tensor {
  return apply('constant', [], { data: Float64Array.from(data), shape, dtype });
}

/** The operand as a tensor. */
export function tensor(operand: Operand): Tensor {
  return typeof operand === 'number' ? constant([operand], []) : operand;
}

/** A constant of one value. */
export function full(shape: readonly number[], value: number, dtype: DType = 'float32'): Tensor {
  return constant(new Float64Array(size(shape)).fill(value), shape, dtype);
}

/** Number of elements. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** `matmul[2,3]` style text for messages. */
export function describe(tensor: Tensor): string {
  const { node } = tensor;
  const name = node.op === 'input' || node.op === 'parameter' ? ` ${node.attributes.name}` : '';
  return `${node.op}${name} ${tensor.dtype}[${tensor.shape.join(',')}]`;
}

/** All nodes that the tensors depend on, each after its inputs. */
export function topological(roots: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root.node)) continue;
    seen.add(root.node);
    stack.push({ node: root.node, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child.node)) {
        seen.add(child.node);
        stack.push({ node: child.node, next: 0 });
      }
    }
  }
  return order;
}
