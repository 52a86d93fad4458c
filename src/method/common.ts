import type { Optimiser } from '../engine';
import { LOSSES } from './losses';
import { param, type Source } from './param';
import { PARTS, type Part, trainable } from './trainable';
import type { Training } from './training';

/** Hyper-parameters that mean the same in every method that has them: taken into a method's `params`, they are declared once. */
export const common = {
  prompt: param.text({
    default: 'a photo of a {}',
    source: 'OURS',
    about: 'The prompt of a class: caption of an image that has only a class, and zero-shot classifier.',
  }),

  maxLogitScale: param.number({
    default: Math.log(100),
    above: 0,
    max: 10,
    source: 'CODE',
    about: 'Upper bound of the logit scale (its logarithm), as every CLIP is trained with; the lower one is 0.',
  }),

  loss: param.choice({
    options: LOSSES,
    default: 'zero-shot',
    source: 'OURS',
    about:
      "How well a set is known: the classes' zero-shot cross entropy, or CLIP's contrastive loss, which says nothing when all captions of a batch are the same.",
  }),

  part: (fallback: Part, source: Source = 'OURS') =>
    param.choice({ options: PARTS, default: fallback, source, about: 'The weights that move.' }),

  /** Weight of the loss of the forget set, in methods that climb it. */
  ascent: param.number({
    default: 1,
    min: 0,
    max: 1000,
    source: 'PAPER',
    about: "Weight of the forget set's loss, which is climbed.",
  }),

  validation: (fallback: number, source: Source = 'OURS') =>
    param.number({
      default: fallback,
      min: 0,
      max: 0.9,
      source,
      about: 'Fraction of each set held out to choose the best epoch; 0 keeps the last step.',
    }),

  /** How released code fine-tunes a CLIP to forget: what the baselines of CLIPErase share. */
  adamw: {
    learningRate: param.number({
      default: 1e-6,
      above: 0,
      max: 1,
      source: 'CODE',
      about: "AdamW's learning rate; released code for CLIP calls 1e-5 too large.",
    }),
    weightDecay: param.number({ default: 0.1, min: 0, max: 1, source: 'CODE', about: 'Decoupled weight decay.' }),
    batchSize: param.integer({
      default: 32,
      min: 2,
      max: 4096,
      source: 'CODE',
      about: 'Samples of each set in one step.',
    }),
    epochs: param.integer({ default: 10, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget set.' }),
  },
};

/** What of a run's parameters says how it trains, under the names that methods declare them by. */
export interface TrainingParameters {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly part: Part;
  readonly validation?: number;
  /** Where it is declared, the logit scale stays between 0 and it. */
  readonly maxLogitScale?: number;
}

/** The training that the parameters describe, by the optimiser. */
export function trainingBy(optimiser: Optimiser, params: TrainingParameters): Training {
  const { learningRate, batchSize, epochs, part, validation, maxLogitScale } = params;
  return {
    optimiser,
    learningRate,
    batchSize,
    epochs,
    ...(validation !== undefined && { validation }),
    trainable: trainable(part),
    ...(maxLogitScale !== undefined && { logitScaleRange: [0, maxLogitScale] }),
  };
}
