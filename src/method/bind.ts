import { buildClip, type Clip, type ClipConfig } from '../clip';
import { add, input, mul, parameter, type Tensor } from '../engine';
import type { Batch, BatchName, Terms } from './batch';
import { boundModel, type CaptionPlan, type Leaves } from './bound-model';
import { inputName } from './input-name';
import { layerStatistics } from './layer-statistics';
import { adapt, adaptersOf, type Lora } from './lora';
import type { Objective, ObjectiveContext } from './objective';
import type { Trainable } from './trainable';

export interface BindOptions {
  readonly config: ClipConfig;
  /** Batch size of each set. */
  readonly sizes: Partial<Record<BatchName, number>>;
  readonly captions: CaptionPlan;
  readonly trainable: Trainable;
  readonly lora?: Lora;
}

/** An objective as a graph. Its leaves are the weights and the inputs named by `inputName`. */
export interface BoundObjective {
  readonly loss: Tensor;
  readonly terms: Readonly<Record<string, Tensor>>;
  /** The weights that move. */
  readonly trainable: readonly Tensor[];
  /** A scalar of the present level. */
  readonly level: (name: string) => Tensor;
}

/** Builds the objective's graph, with everything that no trainable weight reaches as an input. */
export function bindObjective<S extends BatchName>(objective: Objective<S>, options: BindOptions): BoundObjective {
  const { config, lora } = options;
  const adapters = lora && adaptersOf(config, options.trainable);
  const adapted = lora && adapters && adapt(adapters, lora);
  const clip = buildClip(config, adapted ?? {});
  const selected = adapted ? [] : clip.parameters.filter((weight) => options.trainable(nameOf(weight)));
  const trainable = adapted?.parameters ?? selected;
  if (trainable.length === 0) {
    const kind = lora ? 'no matrix or convolution that LoRA can change' : 'no weight of this checkpoint';
    throw new Error(`nothing to train: ${kind} is selected`);
  }
  const moving = new Set(adapters?.map(({ name }) => name) ?? selected.map(nameOf));
  const context = contextOf<S>(options, clip, moving);
  return { ...weighed(objective(context)), trainable, level: context.level };
}

/** Name of the parameter that holds images being learned. */
export const LEARNED_IMAGES = 'images';

/** The graph of an objective whose images are what is trained, of a model that stands still. */
export function bindImages(objective: Objective<'learned'>, options: Omit<BindOptions, 'trainable'>): BoundObjective {
  const clip = buildClip(options.config);
  const { size: side } = options.config.image;
  const pixels = parameter(LEARNED_IMAGES, [options.sizes.learned!, 3, side, side]);
  const context = contextOf<'learned'>(options, clip, new Set(['visual.']), { learned: pixels });
  return { ...weighed(objective(context)), trainable: [pixels], level: context.level };
}

/** Any tensors of a batch, of a model that stands still. */
export function bindOutputs<S extends BatchName>(
  outputs: (context: ObjectiveContext<S>) => Readonly<Record<string, Tensor>>,
  options: Omit<BindOptions, 'trainable'>,
): Readonly<Record<string, Tensor>> {
  return outputs(contextOf<S>(options, buildClip(options.config), new Set()));
}

function contextOf<S extends BatchName>(
  options: Omit<BindOptions, 'trainable'>,
  clip: Clip,
  moving: ReadonlySet<string>,
  own: Partial<Record<BatchName, Tensor>> = {},
): ObjectiveContext<S> {
  const leaf = inputs();
  const some = (test: (name: string) => boolean) => [...moving].some(test);
  const { size: side } = options.config.image;
  const batches = Object.fromEntries(
    (Object.entries(options.sizes) as [BatchName, number][]).map(([set, size]) => [
      set,
      { set, size, pixels: own[set] ?? leaf(inputName.pixels(set), [size, 3, side, side]) } satisfies Batch,
    ]),
  );
  let draws = 0;
  return {
    ...batches,
    model: boundModel('model', options, leaf, {
      ...(some((name) => name.startsWith('visual.')) && { image: clip }),
      ...(some((name) => !name.startsWith('visual.') && name !== 'logit_scale') && { text: clip }),
      ...(moving.has('logit_scale') && { logitScale: clip }),
    }),
    original: boundModel('original', options, leaf, {}),
    encodeImage: (pixels: Tensor) => clip.encodeImage(pixels),
    normal: (shape: readonly number[]) => leaf(inputName.normal(draws++), shape),
    statistics: (pixels: Tensor) => layerStatistics(clip, pixels),
    level: (name: string) => leaf(inputName.level(name), []),
  } as ObjectiveContext<S>;
}

/** The weighted sum of the terms, and each by its name. */
function weighed(found: Terms): Pick<BoundObjective, 'loss' | 'terms'> {
  const terms = Object.entries(found);
  const active = terms.filter(([, [weight]]) => weight !== 0).map(([, [weight, term]]) => mul(weight, term));
  if (active.length === 0) throw new Error('every term of the loss has weight 0');
  return {
    loss: active.reduce((sum, term) => add(sum, term)),
    terms: Object.fromEntries(terms.map(([name, [, term]]) => [name, term])),
  };
}

function inputs(): Leaves {
  const made = new Map<string, Tensor>();
  return (name, shape, dtype) => {
    const known = made.get(name) ?? input(name, [...shape], dtype);
    made.set(name, known);
    return known;
  };
}

function nameOf(weight: Tensor): string {
  if (weight.node.op !== 'parameter') throw new Error('internal: a weight that is not a parameter');
  return weight.node.attributes.name;
}
