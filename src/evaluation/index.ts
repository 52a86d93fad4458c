export { classFeatures } from './class-features';
export { createEncoder, type Encoder, type EncoderOptions } from './encoder';
export { type Proportion, wilson, Z_95 } from './wilson';
export { type LabelledImages, nearest, type ZeroShotOptions, type ZeroShotReport, zeroShot } from './zero-shot';
