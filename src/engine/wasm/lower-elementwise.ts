import { type Program, rootsOf } from '../program';
import { type Node, type NodeOf, size, topological } from '../tensor';
import type { ElementwisePrimitive } from '../update/elementwise';
import * as wasm from './module';

/** A module that computes an elementwise program over a stretch of its arrays, which lie in its memory. */
export interface ElementwiseModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the inputs and the state lie, in bytes. The next value of a state is written over it. */
  readonly offsets: ReadonlyMap<string, number>;
}

/** Four elements at a time. */
const LANES = 4;
const BYTES = 4;
const PAGE = 65_536;
const END = 0;
const POSITION = 1;
const FIRST_VALUE = 2;

const ONE = wasm.splat(1);
const ZERO = wasm.splat(0);

/** Each primitive, from the code that gives its operands. All round as IEEE 754 says, and so as ONNX Runtime's own operators do. */
const RULES: Record<ElementwisePrimitive, (a: wasm.Code, b: wasm.Code) => wasm.Code> = {
  neg: (a) => [...a, ...wasm.NEGATE],
  sqrt: (a) => [...a, ...wasm.SQRT],
  reciprocal: (a) => [...ONE, ...a, ...wasm.DIVIDE],
  abs: (a) => [...a, ...wasm.ABS],
  sign: (a) => {
    const positive = [...ONE, ...ZERO, ...a, ...wasm.LESS, ...wasm.AND];
    const negative = [...ONE, ...a, ...ZERO, ...wasm.LESS, ...wasm.AND];
    // what is no number is not equal to itself, and stays
    const noNumber = [...a, ...a, ...a, ...wasm.EQUAL, ...wasm.AND_NOT];
    return [...positive, ...negative, ...wasm.SUBTRACT, ...noNumber, ...wasm.OR];
  },
  add: (a, b) => [...a, ...b, ...wasm.ADD],
  sub: (a, b) => [...a, ...b, ...wasm.SUBTRACT],
  mul: (a, b) => [...a, ...b, ...wasm.MULTIPLY],
  div: (a, b) => [...a, ...b, ...wasm.DIVIDE],
  maximum: (a, b) => [...a, ...b, ...wasm.MAXIMUM],
  minimum: (a, b) => [...a, ...b, ...wasm.MINIMUM],
};

/**
 * The program as one loop: every element is read once and written once, whatever the number of operations between. `run(bytes)` goes over so many bytes of
 * every array, at most `stretch` elements; a last group of less than four is computed with what lies behind it.
 * @param program elementwise; its arrays have one length, all else is a scalar
 */
export function lowerElementwise(program: Program, stretch: number): ElementwiseModule {
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const { name, shape } of [...program.state, ...program.inputs]) {
    offsets.set(name, bytes);
    bytes += (shape.length === 0 ? LANES : stretch) * BYTES;
  }

  const nodes = topological(rootsOf(program));
  const locals = new Map(nodes.map((node, i) => [node, FIRST_VALUE + i]));
  const valueIn = (node: Node): wasm.Code => wasm.localGet(locals.get(node)!);
  const computed = (node: Node): wasm.Code => {
    if (node.op === 'constant') return wasm.splat(constantOf(node));
    if (node.op === 'input' || node.op === 'parameter') {
      const offset = offsets.get(node.attributes.name)!;
      if (isScalar(node)) return [...wasm.integer(0), ...wasm.loadSplat(offset)];
      return [...wasm.localGet(POSITION), ...wasm.load(offset)];
    }
    const rule = RULES[node.op as ElementwisePrimitive];
    if (!rule) throw new Error(`internal: ${node.op} is not elementwise`);
    const [a, b] = node.inputs.map((t) => valueIn(t.node));
    return rule(a!, b!);
  };
  const kept = (node: Node): wasm.Code => [...computed(node), ...wasm.localSet(locals.get(node)!)];
  const stored = program.state.flatMap(({ name, next }) =>
    next ? [...wasm.localGet(POSITION), ...valueIn(next.node), ...wasm.store(offsets.get(name)!)] : [],
  );
  const code = [
    ...nodes.filter(isScalar).flatMap(kept),
    ...wasm.LOOP,
    ...nodes.filter((node) => !isScalar(node)).flatMap(kept),
    ...stored,
    ...[...wasm.localGet(POSITION), ...wasm.integer(LANES * BYTES), ...wasm.ADD_INTEGERS, ...wasm.localTee(POSITION)],
    ...[...wasm.localGet(END), ...wasm.LESS_THAN, ...wasm.AGAIN_IF],
    ...wasm.END_OF_BLOCK,
  ];
  return { bytes: wasm.moduleOf({ pages: Math.ceil(bytes / PAGE), locals: nodes.length, code }), offsets };
}

const isScalar = (node: Node): boolean => node.outputs[0]!.shape.length === 0;

function constantOf({ attributes }: NodeOf<'constant'>): number {
  if (size(attributes.shape) !== 1) throw new Error('internal: an elementwise program has constants of one element');
  return attributes.data[0]!;
}
