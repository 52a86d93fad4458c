import type { Optimiser } from '../engine';
import type { Accuracies } from './method';
import type { Trainable } from './trainable';

/** 1 where an element of a weight may move and 0 where not, by the weight's name. */
export type Mask = ReadonlyMap<string, Float32Array>;

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
  /** Of those, the elements that move: where a mask is 0, and in weights without one, all bits stay. */
  readonly mask?: Mask;
  /** Global norm to which gradients are clipped. */
  readonly clipNorm?: number;
  /** Bounds of the logit scale (the logarithm), kept after every step. */
  readonly logitScaleRange?: readonly [min: number, max: number];
  /** Fraction of each set held out to choose the best epoch; 0 keeps the last step. */
  readonly validation?: number;
  /** Ends training early, asked after each epoch with the accuracies on the held-out part; needs `validation`. */
  readonly until?: (accuracies: Accuracies) => boolean;
}
