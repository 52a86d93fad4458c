import type { Optimiser } from '../engine';
import type { Accuracies } from './method';
import type { Trainable } from './trainable';

/** How a loss is minimised. Every number comes from a declared parameter, so that a run's record explains it. */
export interface Training {
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /** Samples of each declared set in one step; a smaller set gives all it has. */
  readonly batchSize: number;
  /** Passes over the first declared set; the other sets are shuffled and repeated beside it. */
  readonly epochs: number;
  /** The weights that move. All others stay bit-identical, and what depends only on them is computed once. */
  readonly trainable: Trainable;
  /** Global norm to which gradients are clipped. */
  readonly clipNorm?: number;
  /** Bounds of the logit scale (the logarithm), kept after every step. */
  readonly logitScaleRange?: readonly [min: number, max: number];
  /** Fraction of each set held out to choose the best epoch; 0 keeps the last step. */
  readonly validation?: number;
  /** Ends training early, asked after each epoch with the accuracies on the held-out part; needs `validation`. */
  readonly until?: (accuracies: Accuracies) => boolean;
}
