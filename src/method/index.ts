/** The plugin kit: everything a method may import. */

export { normalise } from '../clip';
export * from '../engine';
export * from './batch';
export { common, type TrainingParameters, trainingBy } from './common';
export type { LayerStatistics, Statistics } from './layer-statistics';
export type { Lora } from './lora';
export { contrastiveLoss, kl, type Loss, lossOf, rowDot, zeroShotLoss } from './losses';
export * from './method';
export { noised, repeated } from './noise';
export type { Objective, ObjectiveContext } from './objective';
export * from './param';
export type { Presets } from './parameters';
export { noisedBatches, SMALL_SMOOTHING, SMOOTHING_STAGES, smooth, smoothing } from './smoothing';
export { type Contest, strongest } from './strongest';
export { SMALL_SYNTHESIS, type Synthesised, type SynthesisOptions, synthesis } from './synthesis';
export * from './trainable';
export * from './training';
export * from './verbs';
