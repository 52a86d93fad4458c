import type { Tensor } from '../engine';
import type { Batch, BatchName, Model, Terms } from './batch';
import type { LayerStatistics } from './layer-statistics';

/** What an objective reads: the models, exactly the sets that were declared, and images the run has learned. */
export type ObjectiveContext<S extends BatchName> = {
  /** The weights being trained. */
  readonly model: Model;
  /** The weights the run started from, frozen; its features are computed once per sample. */
  readonly original: Model;
  /** Image features [B, D], under the weights being trained, of pixels [B, 3, H, W] that the step itself makes. */
  readonly encodeImage: (pixels: Tensor) => Tensor;
  /** Standard normal numbers of this shape, drawn anew in every step: a function of (seed, stage, step). */
  readonly normal: (shape: readonly number[]) => Tensor;
  /** What passes between the image tower's layers, under the weights being trained, of pixels [B, 3, H, W]. */
  readonly statistics: (pixels: Tensor) => LayerStatistics;
  /** A scalar of the present level, of a training with levels. */
  readonly level: (name: string) => Tensor;
} & { readonly [K in S]: Batch };

export type Objective<S extends BatchName> = (context: ObjectiveContext<S>) => Terms;
