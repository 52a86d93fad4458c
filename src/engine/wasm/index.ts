export { type ElementwiseModule, lowerElementwise } from './lower-elementwise';
