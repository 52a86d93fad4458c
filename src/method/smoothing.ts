import { adam, l2norm, stopGradient, sub, type Tensor, type Weights } from '../engine';
import type { Batch } from './batch';
import { noised } from './noise';
import type { Objective, ObjectiveContext } from './objective';
import { param } from './param';
import { strongest } from './strongest';
import { SMALL_SYNTHESIS, synthesis } from './synthesis';
import type { Verbs } from './verbs';

/**
 * What `lip` and `emb` share: zero-shot class unlearning (https://arxiv.org/abs/2407.07485, section 4.5 and appendix H) moves
 * the layers with the largest gradients of a loss on noised forget images, and climbs levels of noise and of layers when that no longer helps.
 */
export const smoothing = {
  ...synthesis,
  draws: param.integer({
    symbol: 'n',
    default: 25,
    min: 1,
    max: 1000,
    source: 'CODE',
    about: 'Noised copies of each image in one step.',
  }),
  noise: param.number({
    default: 1,
    above: 0,
    max: 100,
    source: 'OURS',
    about: "Multiple of the levels' standard deviations, which are in normalised pixel values.",
  }),
  towers: param.choice({
    options: ['both', 'image', 'text'],
    default: 'both',
    source: 'CODE',
    about: 'Towers that move. With text alone, the class loses its name and the image features stay as they are.',
  }),
  resnetLayers: param.integer({
    default: 5,
    min: 1,
    max: 1000,
    source: 'CODE',
    about: 'Weight tensors of each tower that move in a step of the first level, where the image tower is a ResNet.',
  }),
  vitLayers: param.integer({
    default: 25,
    min: 1,
    max: 1000,
    source: 'CODE',
    about: 'The same where the image tower is a ViT.',
  }),
  threshold: param.number({
    default: 0.1,
    min: 0,
    max: 1,
    source: 'PAPER',
    about: 'The run ends when the accuracy on the forget images is at most this.',
  }),
  learningRate: param.number({ default: 5e-5, above: 0, max: 1, source: 'CODE', about: "Adam's learning rate." }),
  weightDecay: param.number({ default: 0.2, min: 0, max: 1, source: 'CODE', about: 'L2 decay, in the gradient.' }),
  batchSize: param.integer({ default: 64, min: 1, max: 4096, source: 'CODE', about: 'Forget images in one step.' }),
  epochs: param.integer({
    default: 30,
    min: 1,
    max: 1000,
    source: 'CODE',
    about: 'Passes over the forget images, at most.',
  }),
  prompt: param.text({
    default: 'A picture of {}',
    source: 'CODE',
    about: 'The prompt of a class: caption of an image that has only a class, and zero-shot classifier.',
  }),
};

/** The image tower of a small model has no room: what undoes a class there takes its neighbours along, and photographs least of all. */
const SMALL = {
  ...SMALL_SYNTHESIS,
  noise: 20,
  towers: 'text',
  learningRate: 3e-3,
  weightDecay: 0,
} as const;

/**
 * Presets of both methods for models of a few million weights. Noise that fills the range of pixels, and images of high contrast,
 * because a small model takes faint noise for one of its classes.
 */
export const SMALL_SMOOTHING = {
  small: {
    about: 'a ResNet of a few million weights, such as the demo checkpoint',
    values: { ...SMALL, stepLength: 10, confidence: 0.6, draws: 4, resnetLayers: 10, batchSize: 4 },
  },
  'small-vit': {
    about: 'a ViT of a few million weights, such as the demo checkpoint',
    values: { ...SMALL, start: 0.5, stepLength: 8, confidence: 0.5, draws: 2, vitLayers: 10, batchSize: 8 },
  },
} as const;

/** Released code: standard deviation of the noise, and by how many tensors each tower's share grows, level by level. */
const LEVELS = {
  std: [0.1, 0.3, 0.5, 0.7, 1, 1.5, 2],
  image: [0, 2, 5, 8, 10, 15, 20],
  text: { vit: [0, 2, 5, 8, 10, 15, 20], resnet: [0, 2, 7, 13, 20, 25, 30] },
};

const isResNet = (weights: Weights): boolean => weights.has('visual.attnpool.c_proj.weight');
const isImage = (name: string): boolean => name.startsWith('visual.');
const isText = (name: string): boolean => name.startsWith('transformer.');
/** Of an image tower, what never moves; a ResNet's convolutions do not either. */
const FROZEN = /embedding/;
const FROZEN_RESNET = /embedding|conv\d|downsample/;

/** Stages of a method that unlearns by smoothing. */
export const SMOOTHING_STAGES = ['synthesise', 'forget'] as const;

/** Makes forget images where there are none, then minimises the loss until the classes are forgotten or no level is left. */
export async function smooth(
  { params, original, given, synthesise, train }: Verbs<'forget', typeof smoothing>,
  objective: Objective<'forget'>,
): Promise<string> {
  const made = given.has('forget') ? undefined : await synthesise('synthesise', params);
  const from = made ? `${made.images} of ${made.wanted} synthetic images` : 'real images';
  if (made?.images === 0) return `nothing was forgotten: no image was accepted as one of ${made.unreached.join(', ')}`;

  const { towers } = params;
  const resnet = isResNet(original);
  const frozen = resnet ? FROZEN_RESNET : FROZEN;
  const base = resnet ? params.resnetLayers : params.vitLayers;
  const { level, usedUp, accuracies, steps } = await train('forget', objective, {
    optimiser: adam({ betas: [0.9, 0.98], eps: 1e-6, weightDecay: params.weightDecay }),
    learningRate: params.learningRate,
    batchSize: params.batchSize,
    epochs: params.epochs,
    trainable: (name) =>
      (towers !== 'text' && isImage(name) && !frozen.test(name)) || (towers !== 'image' && isText(name)),
    select: strongest([
      { among: isImage, count: 'image' },
      { among: isText, count: 'text' },
    ]),
    levels: {
      values: LEVELS.std.map((std, i) => ({
        std: params.noise * std,
        image: base + LEVELS.image[i]!,
        text: base + LEVELS.text[resnet ? 'resnet' : 'vit'][i]!,
      })),
      measure: ({ forget = 1 }) => forget,
    },
    until: ({ forget = 1 }) => forget <= params.threshold,
  });
  const { forget = 1 } = accuracies ?? {};
  const reached = forget <= params.threshold ? 'threshold reached' : usedUp ? 'levels used up' : 'epochs used up';
  const missed = made?.unreached.length ? `; no image was accepted as one of ${made.unreached.join(', ')}` : '';
  return `${reached} at level ${level! + 1} of ${LEVELS.std.length} after ${steps} steps: forget accuracy ${forget.toFixed(3)} on ${from}${missed}`;
}

/** One draw of noise around a batch, of the present level. */
export interface NoisedBatch {
  /** f(x'), [B, D], through which no gradient passes. */
  readonly features: Tensor;
  /** ||x - x'||, [B]. */
  readonly distance: Tensor;
}

/** So many draws; one after the other, so that only one is in memory. */
export function noisedBatches(
  { encodeImage, normal, level }: ObjectiveContext<'forget'>,
  { pixels }: Batch,
  draws: number,
): NoisedBatch[] {
  return Array.from({ length: draws }, () => {
    const noisy = noised(pixels, normal(pixels.shape), level('std'));
    return { features: stopGradient(encodeImage(noisy)), distance: l2norm(sub(pixels, noisy), [1, 2, 3]) };
  });
}
