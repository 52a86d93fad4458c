export { classFeatures } from './class-features';
export { embed, type Texts } from './embed';
export { createEncoder, type Encoder, type EncoderOptions } from './encoder';
export { type EvaluationPlan, type MetricValue, measure, textsOf } from './measure';
export { type LabelledImages, type ZeroShotOptions, zeroShot } from './zero-shot';
