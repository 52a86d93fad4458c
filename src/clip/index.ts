export * from './config';
export { buildClip, type Clip } from './model/build-clip';
export { contrastiveLoss, logitsPerImage, normalise } from './model/contrastive-loss';
export { initialise } from './model/initialise';
export { isBuffer, parameterShapes } from './model/parameter-shapes';
export { type CheckpointRefusal, CheckpointRefused, ImageRefused } from './refusal';
