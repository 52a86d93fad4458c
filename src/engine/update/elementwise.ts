import type { Primitive } from '../primitives';

/** Operations of optimisers that read an element only to write the element at the same place. */
export const ELEMENTWISE: ReadonlySet<Primitive> = new Set([
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
]);
