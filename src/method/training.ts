import type { Optimiser, Tensor } from '../engine';
import type { Lora } from './lora';
import type { Trainable } from './trainable';
import type { Accuracies } from './verbs';

/** 1 where an element of a weight may move and 0 where not, by the weight's name. */
export type Mask = ReadonlyMap<string, Float32Array>;

/** Of each trained weight a scalar that says whether it moves in this step: above 0 it does. `level` gives the present level's scalars. */
export type Selection = (
  gradients: ReadonlyMap<string, Tensor>,
  level: (name: string) => Tensor,
) => ReadonlyMap<string, Tensor>;

/**
 * Levels that a stage climbs. After each epoch the accuracies on all samples of the declared sets are taken: when `measure` of them
 * is lower than ever, the epoch is kept; otherwise weights and optimiser go back to where it began, and the next level's scalars hold.
 * The stage ends when `until` says so or no level is left.
 */
export interface Levels {
  readonly values: readonly Readonly<Record<string, number>>[];
  readonly measure: (accuracies: Accuracies) => number;
}

/** Passes over the first declared set, the other sets being shuffled and repeated beside it; or a number of steps. */
export type Length =
  | { readonly epochs: number; readonly steps?: undefined }
  | { readonly steps: number; readonly epochs?: undefined };

/** How a loss is minimised. Every number comes from a declared parameter, so that a run's record explains it. */
export type Training = Length & {
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /** Samples of each declared set in one step; a smaller set gives all it has. */
  readonly batchSize: number;
  /** The weights that move. All others stay bit-identical, and what depends only on them is computed once. */
  readonly trainable: Trainable;
  /** Of those, the elements that move: where a mask is 0, and in weights without one, all bits stay. */
  readonly mask?: Mask;
  /** Of those, the weights that move in a step, decided from its gradients. */
  readonly select?: Selection;
  /** Trains factors of those weights in place of the weights. */
  readonly lora?: Lora;
  /** Decay of an exponential moving average of the weights, which is what the stage ends with. */
  readonly average?: number;
  /** Where that average begins: at the weights the run started from, or at those the stage starts from. */
  readonly averageFrom?: 'original' | 'stage';
  /** Global norm to which gradients are clipped. */
  readonly clipNorm?: number;
  /** Bounds of the logit scale (the logarithm), kept after every step. */
  readonly logitScaleRange?: readonly [min: number, max: number];
  /** Fraction of each set held out to choose the best epoch; 0 keeps the last step. */
  readonly validation?: number;
  readonly levels?: Levels;
  /** Ends training early, asked after each epoch with the accuracies: on the held-out part, or with `levels` on all. */
  readonly until?: (accuracies: Accuracies) => boolean;
};
