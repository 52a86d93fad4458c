export type { NdArray } from './array';
export { interpret } from './interpret';
export type { Feeds } from './rules';
