import type { RandomStream, Tensor, Weights } from '../engine';
import type { Batch, Model, SetName, Terms } from './batch';
import type { ParamSpecs, Values } from './param';
import type { Presets } from './parameters';
import type { Trainable } from './trainable';
import type { Training } from './training';

export interface Paper {
  readonly title: string;
  readonly url: string;
}

/** What an objective reads: the models and exactly the sets that were declared. */
export type ObjectiveContext<S extends SetName> = {
  /** The weights being trained. */
  readonly model: Model;
  /** The weights the run started from, frozen; its features are computed once per sample. */
  readonly original: Model;
  /** Image features [B, D], under the weights being trained, of pixels [B, 3, H, W] that the step itself makes. */
  readonly encodeImage: (pixels: Tensor) => Tensor;
  /** Standard normal numbers of this shape, drawn anew in every step: a function of (seed, stage, step). */
  readonly normal: (shape: readonly number[]) => Tensor;
} & { readonly [K in S]: Batch };

export type Objective<S extends SetName> = (context: ObjectiveContext<S>) => Terms;

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
  train(stage: string, objective: Objective<S>, training: Training): Promise<TrainOutcome>;
  /** Zero-shot accuracy on each declared set, of the current weights or of what `change` would make of them. */
  evaluate(stage: string, change?: WeightChange): Promise<Accuracies>;
  /** Replaces weights by a function of the current ones and the original's. */
  assign(stage: string, change: WeightChange): Promise<void>;
  /** The objective's gradient over one set, by weight. The weights stay as they are. */
  gradients<T extends S>(
    stage: string,
    over: T,
    objective: Objective<NoInfer<T>>,
    options: GradientOptions,
  ): Promise<GradientsByWeight>;
  /** The weights the run started from, by name. */
  readonly original: Weights;
}

export interface TrainOutcome {
  readonly steps: number;
  /** The step whose weights were kept, and their validation score; absent without a validation part. */
  readonly best?: { readonly step: number; readonly score: number };
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

interface Declared<S extends SetName, P extends ParamSpecs> {
  /** kebab-case, unique among the plugins. */
  readonly name: string;
  /** Semantic version of the plugin. */
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly paper: Paper;
  /** The sets it needs as real images; reading another one does not compile. */
  readonly sets: readonly S[];
  readonly params: P;
  readonly presets?: Presets<P>;
  /** The prompt of a class, with {} for its name: caption of class-labelled images and zero-shot classifier. */
  prompt?(params: Values<P>): string;
}

/** A method of one phase: its loss, and how it is minimised. */
export interface ObjectiveMethod<S extends SetName, P extends ParamSpecs> extends Declared<S, P> {
  training(params: Values<P>): Training;
  objective(context: ObjectiveContext<S> & { readonly params: Values<P> }): Terms;
}

/** A method of several phases. */
export interface StagedMethod<S extends SetName, P extends ParamSpecs> extends Declared<S, P> {
  /** The stages it passes, in order: what a progress bar shows. */
  readonly stages: readonly string[];
  /** What it returns is the run's outcome, in the method's own words. */
  run(verbs: Verbs<S, P>): Promise<string | undefined>;
}

const METHOD = Symbol.for('lethe.method');

/** A loaded method with its types erased: what the trainer runs. One phase is the short spelling of one stage. */
export type Method = StagedMethod<SetName, ParamSpecs>;

export function defineMethod<const S extends SetName, const P extends ParamSpecs>(
  definition: ObjectiveMethod<S, P> | StagedMethod<S, P>,
): Method {
  const { name, sets } = definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new TypeError(`method name "${name}" must be kebab-case`);
  if (!/^\d+\.\d+\.\d+/.test(definition.version)) throw new TypeError(`${name}: version must be like 1.0.0`);
  if (new Set(sets).size !== sets.length) throw new TypeError(`${name}: a set is declared twice`);
  if (Object.hasOwn(definition.params, 'preset')) throw new TypeError(`${name}: "preset" is a reserved parameter`);
  const staged: StagedMethod<S, P> =
    'objective' in definition ? { ...definition, ...oneStage(definition) } : definition;
  return Object.freeze({ ...staged, [METHOD]: true }) as unknown as Method;
}

export function isMethod(value: unknown): value is Method {
  return typeof value === 'object' && value !== null && METHOD in value;
}

const UNLEARN = 'unlearn';

function oneStage<S extends SetName, P extends ParamSpecs>(
  method: ObjectiveMethod<S, P>,
): Pick<StagedMethod<S, P>, 'stages' | 'run'> {
  return {
    stages: [UNLEARN],
    run: async ({ params, train }) => {
      await train(UNLEARN, (context) => method.objective({ ...context, params }), method.training(params));
      return undefined;
    },
  };
}
