import { param } from './param';

/**
 * How forget images are made where a run has none: activation maximisation in pixel space, as released with zero-shot class
 * unlearning (https://arxiv.org/abs/2407.07485). Ascends s cos(f(x), g(t_c)) - decay ||x|| from noise by steps of fixed length.
 */
export interface SynthesisOptions {
  /** Images of each forgotten class. */
  readonly perClass: number;
  /** Standard deviation of the noise that an image begins as, in normalised pixel values. */
  readonly start: number;
  /** Length of a step, in normalised pixel values over the whole image (L2). */
  readonly stepLength: number;
  /** Steps of a round at most. */
  readonly iterations: number;
  /** Pixels by which an image may be rolled before a step, and back after it. */
  readonly jitter: number;
  /** An image is done when the model gives its class at least this probability, and the class is the most likely. */
  readonly confidence: number;
}

/** What was reached. */
export interface Synthesised {
  /** Images that were accepted. */
  readonly images: number;
  readonly wanted: number;
  /** Classes of which not a single image was accepted. */
  readonly unreached: readonly string[];
}

/** The same as parameters of a method: `...synthesis` declares them, and a run's values are the verb's options. */
export const synthesis = {
  perClass: param.integer({
    default: 64,
    min: 1,
    max: 4096,
    source: 'CODE',
    about: 'Images made for each forgotten class, where the run has none.',
  }),
  start: param.number({
    default: 1,
    min: 0,
    max: 10,
    source: 'CODE',
    about: 'Standard deviation of the noise that a synthetic image begins as, in normalised pixel values.',
  }),
  stepLength: param.number({
    default: 25,
    above: 0,
    max: 10_000,
    source: 'CODE',
    about: 'Length of a step of synthesis over all pixels; the released one is for images of 224 pixels.',
  }),
  iterations: param.integer({
    default: 3000,
    min: 1,
    max: 100_000,
    source: 'CODE',
    about: 'Steps of synthesis until an image that is not accepted is begun anew.',
  }),
  jitter: param.integer({
    default: 16,
    min: 0,
    max: 512,
    source: 'CODE',
    about:
      'Pixels by which an image may be rolled before a step of synthesis; the released ones are for images of 224 pixels.',
  }),
  confidence: param.number({
    default: 0.8,
    min: 0,
    max: 1,
    source: 'CODE',
    about:
      'Probability of its class from which on a synthetic image is accepted; lowered by 0.025 for each image begun anew, to 0.45 at the least.',
  }),
};

/** The same for images of 32 and 64 pixels, as the demo checkpoints take: what a preset of theirs begins with. */
export const SMALL_SYNTHESIS = { start: 0.01, stepLength: 1, iterations: 400, jitter: 4, confidence: 0.99 } as const;
