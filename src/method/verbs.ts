import type { Optimiser, RandomStream, Tensor, Weights } from '../engine';
import type { SetName, Terms } from './batch';
import type { Objective, ObjectiveContext } from './objective';
import type { ParamSpecs, Values } from './param';
import type { Synthesised, SynthesisOptions } from './synthesis';
import type { Trainable } from './trainable';
import type { Training } from './training';

/** How well the model is doing on the validation part of the sets, in [0, 1]; a set that was not given is absent. */
export interface Accuracies {
  readonly forget?: number;
  readonly retain?: number;
  readonly calibration?: number;
}

/**
 * The verbs of a method with several phases. Each call is a stage of the run with its own events and resume point: a
 * retried run answers the stages it already finished from its snapshot, so between verbs a method must be deterministic.
 */
export interface Verbs<S extends SetName, P extends ParamSpecs> {
  readonly params: Values<P>;
  /** Minimises the objective; the model is left at the best or the last step, as `training` says. */
  train(stage: string, objective: Objective<S | 'learned'>, training: Training): Promise<TrainOutcome>;
  /**
   * Zero-shot accuracy on each declared set, of the current weights or of what `change` would make of them, by a coefficient. The run
   * shows the accuracies of a stage as a curve over the coefficients that were tried.
   */
  evaluate(stage: string, change?: WeightChange, coefficient?: number): Promise<Accuracies>;
  /** Replaces weights by a function of the current ones and the original's, with the coefficient that was chosen. */
  assign(stage: string, change: WeightChange, coefficient?: number): Promise<void>;
  /** The objective's gradient over one set, by weight. The weights stay as they are. */
  gradients<T extends S>(
    stage: string,
    over: T,
    objective: Objective<NoInfer<T>>,
    options: GradientOptions,
  ): Promise<GradientsByWeight>;
  /** Means over one set, each sample counting once, of what each batch gives: any tensors, by name. */
  averages<T extends S>(
    stage: string,
    over: T,
    outputs: (context: ObjectiveContext<NoInfer<T>>) => Readonly<Record<string, Tensor>>,
    options: Pick<GradientOptions, 'batchSize'>,
  ): Promise<ReadonlyMap<string, Float32Array>>;
  /** Makes images that the model takes for the forgotten classes: from then on they are the set `forget`, and shown with the run. */
  synthesise(stage: string, options: SynthesisOptions): Promise<Synthesised>;
  /** Learns images in place of weights: from then on they are the set named by `into`. The weights stay as they are. */
  learnImages(
    stage: string,
    objective: (context: ObjectiveContext<'learned'>) => Terms,
    options: LearnImagesOptions<S>,
  ): Promise<void>;
  /** Which declared sets have images. */
  readonly given: ReadonlySet<S>;
  /** The weights the run started from, by name. */
  readonly original: Weights;
}

export interface LearnImagesOptions<S extends SetName> {
  /** The set whose images these become. */
  readonly into: S | 'learned';
  /** Where they begin: at the images of a set, or at standard normal noise, so many for each of these classes. */
  readonly from: S | { readonly classes: 'forgotten' | 'others'; readonly perClass: number };
  /** Of a set's images so many at random; all unless given. */
  readonly atMost?: number;
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /** Steps for each batch of images. */
  readonly steps: number;
  /** Images learned together. */
  readonly batchSize: number;
}

export interface TrainOutcome {
  readonly steps: number;
  /** The step whose weights were kept, and their validation score; absent without a validation part. */
  readonly best?: { readonly step: number; readonly score: number };
  /** Of a training with levels: the last one, counted from 0; whether it ended because none was left; the accuracies at the end. */
  readonly level?: number;
  readonly usedUp?: boolean;
  readonly accuracies?: Accuracies;
}

/** A weight's new values, or its current ones where it stays. `random` is a function of (seed, stage, name). */
export type WeightChange = (
  name: string,
  current: Float32Array,
  original: Float32Array,
  random: RandomStream,
) => Float32Array;

export interface GradientOptions {
  /** At most so many samples at a time: the set is cut into batches as even as possible. */
  readonly batchSize: number;
  /** The weights whose gradients are taken. */
  readonly trainable: Trainable;
  /** Squares the gradient of each batch's mean loss; with batches of one this is the empirical Fisher information. */
  readonly squared?: boolean;
}

/** Of each weight that the objective depends on, the mean over the set's batches, weighted by their samples. */
export type GradientsByWeight = ReadonlyMap<string, Float32Array>;
