export { chain, type Optimiser, type Site, type Transformation } from './transformation';
export * from './transformations';
