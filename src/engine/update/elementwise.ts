import type { Primitive } from '../primitives';

/** Operations of optimisers that read an element only to write the element at the same place. */
const ELEMENTWISE_PRIMITIVES = [
  'neg',
  'sqrt',
  'reciprocal',
  'abs',
  'sign',
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
] as const satisfies Primitive[];

export type ElementwisePrimitive = (typeof ELEMENTWISE_PRIMITIVES)[number];

export const ELEMENTWISE: ReadonlySet<Primitive> = new Set(ELEMENTWISE_PRIMITIVES);
