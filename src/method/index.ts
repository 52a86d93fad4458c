/** The plugin kit: everything a method may import. */

export { normalise } from '../clip';
export * from '../engine';
export * from './batch';
export { common, type TrainingParameters, trainingBy } from './common';
export { contrastiveLoss, kl, type Loss, lossOf, rowDot, zeroShotLoss } from './losses';
export * from './method';
export { noised, repeated } from './noise';
export * from './param';
export type { Presets } from './parameters';
export * from './trainable';
export * from './training';
