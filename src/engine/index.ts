export { connected, grad } from './autodiff/grad';
export { type GradientStep, gradientStep, summedOf } from './gradient-step';
export { type Hoisted, hoist, type Prelude, storedPerSample } from './hoist';
export { interpret, type NdArray } from './interpreter';
export { convolves } from './onnx/blocked-convolution';
export { type LoweredModel, type LoweringOptions, lower } from './onnx/lower';
export * from './ops';
export * from './optimisers';
export { averageOf, forward, type Program, type StateSpec, type TrainingStep, trainingStep } from './program';
export { type RandomStream, randomStream } from './random';
export {
  constant,
  type DType,
  describe,
  full,
  input,
  type Operand,
  parameter,
  size,
  type Tensor,
  tensor,
} from './tensor';
export { overwritable, type SplitProgram, splitUpdates, type Update } from './update';
export { type ElementwiseModule, lowerElementwise } from './wasm';
export type { Weights, WeightValue } from './weights';
