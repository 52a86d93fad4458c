import { broadcastShapes } from '../shapes';
import { apply, type Node, type Tensor } from '../tensor';
import { outputsOf, rewrite } from './rewrite';

/** Removes work that changes nothing: neutral elements, doubled negation, reshapes of reshapes, transposes of transposes, broadcasts that an operation repeats. */
export function simplify(roots: readonly Tensor[]): Tensor[] {
  return rewrite(roots, (node) => {
    const simpler = simplified(node);
    return simpler ? [simpler] : outputsOf(node);
  });
}

function simplified(node: Node): Tensor | null {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const type = node.outputs[0]!;
  const keepsShape = (t: Tensor) => String(t.shape) === String(type.shape);
  switch (node.op) {
    case 'add':
      if (isValue(a, 0) && keepsShape(b)) return b;
      if (isValue(b, 0) && keepsShape(a)) return a;
      return withoutBroadcast(node);
    case 'sub':
      return isValue(b, 0) && keepsShape(a) ? a : withoutBroadcast(node);
    case 'mul':
      if (isValue(a, 1) && keepsShape(b)) return b;
      if (isValue(b, 1) && keepsShape(a)) return a;
      return withoutBroadcast(node) ?? scalarsFirst(a, b) ?? scalarsFirst(b, a);
    case 'div':
      return isValue(b, 1) && keepsShape(a) ? a : withoutBroadcast(node);
    case 'neg':
      return a.node.op === 'neg' ? a.node.inputs[0]! : null;
    case 'reshape': {
      const source = a.node.op === 'reshape' ? a.node.inputs[0]! : a;
      if (keepsShape(source)) return source;
      return source === a ? null : apply('reshape', [source], { shape: type.shape });
    }
    case 'transpose': {
      if (a.node.op !== 'transpose') return null;
      const inner = a.node.attributes.permutation;
      const permutation = node.attributes.permutation.map((axis) => inner[axis]!);
      const source = a.node.inputs[0]!;
      return permutation.every((axis, i) => axis === i) ? source : apply('transpose', [source], { permutation });
    }
    default:
      return null;
  }
}

/** An elementwise operation broadcasts by itself: an explicit broadcast of one operand is dropped where the result keeps its shape. */
function withoutBroadcast(node: Node & { op: 'add' | 'sub' | 'mul' | 'div' }): Tensor | null {
  const inputs = [...node.inputs] as [Tensor, Tensor];
  let changed = false;
  for (const i of [0, 1] as const) {
    const operand = inputs[i].node;
    if (operand.op !== 'broadcastTo') continue;
    const source = operand.inputs[0]!;
    const shape = broadcastShapes(node.op, source.shape, inputs[1 - i]!.shape);
    if (String(shape) !== String(node.outputs[0]!.shape)) continue;
    inputs[i] = source;
    changed = true;
  }
  return changed ? apply(node.op, inputs, {}) : null;
}

const isScalar = (t: Tensor): boolean => t.shape.length === 0;

/** s (r x) becomes (s r) x: one pass over x instead of two. */
function scalarsFirst(s: Tensor, product: Tensor): Tensor | null {
  if (!isScalar(s) || isScalar(product) || product.node.op !== 'mul') return null;
  const [a, b] = product.node.inputs as [Tensor, Tensor];
  if (isScalar(a)) return apply('mul', [apply('mul', [s, a], {}), b], {});
  return isScalar(b) ? apply('mul', [apply('mul', [s, b], {}), a], {}) : null;
}

const isValue = (t: Tensor, value: number): boolean =>
  t.node.op === 'constant' && t.node.attributes.data.every((element) => element === value);
