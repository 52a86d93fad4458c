import { buildClip, type Clip, type ClipConfig, logitsPerImage } from '../clip';
import { add, type DType, gather, input, mul, slice, type Tensor, transpose } from '../engine';
import type { Batch, ClipOutput, Model, Relabelling, SetName } from './batch';
import type { Objective, ObjectiveContext } from './method';
import type { Trainable } from './trainable';

/**
 * How captions reach the step. The table holds the K class prompts first and, when `shared`, every other caption after
 * them: few distinct captions are then encoded once a step (or once a run) instead of once a sample.
 */
export interface CaptionPlan {
  readonly classes: number;
  readonly table: number;
  readonly shared: boolean;
  /** Tokens L of the longest caption, at most the context length: the causal mask makes what follows it irrelevant. */
  readonly length: number;
}

export interface BindOptions {
  readonly config: ClipConfig;
  /** Batch size of each set. */
  readonly sizes: Partial<Record<SetName, number>>;
  readonly captions: CaptionPlan;
  readonly trainable: Trainable;
}

/** An objective as a graph. Its leaves are the weights and the inputs named by `inputName`. */
export interface BoundObjective {
  readonly loss: Tensor;
  readonly terms: Readonly<Record<string, Tensor>>;
  /** The weights that move. */
  readonly trainable: readonly Tensor[];
}

/** Which weights a value comes from. */
export type Owner = 'model' | 'original';

const NORMAL = 'normal.';

/** Whether an input of this name is fed standard normal numbers. */
export const isNormal = (name: string): boolean => name.startsWith(NORMAL);

/** Names of the step's inputs: what the trainer feeds and what it computes once before the first step. */
export const inputName = {
  /** [B, 3, H, W] normalised pixels. */
  pixels: (set: SetName) => `${set}.pixels`,
  /** [B, L] int64 token ids of the samples' captions. */
  tokens: (set: SetName) => `${set}.tokens`,
  /** [B] int64 rows of the caption table. */
  captions: (set: SetName) => `${set}.captions`,
  /** [B] int64 classes: the samples' own, or at random. */
  labels: (set: SetName, relabelled?: Relabelling) => `${set}.labels${relabelled ? `.${relabelled}` : ''}`,
  /** Standard normal numbers; of each step the first draw is 0. */
  normal: (draw: number) => `${NORMAL}${draw}`,
  /** [T, L] int64 token ids of the caption table. */
  table: 'captions.tokens',
  /** [T, D] features of the caption table under frozen weights. */
  tableFeatures: (owner: Owner) => `${owner}.captions.features`,
  /** [B, D] image features under frozen weights. */
  imageFeatures: (owner: Owner, set: SetName) => `${owner}.${set}.imageFeatures`,
  /** [B, D] caption features under frozen weights. */
  textFeatures: (owner: Owner, set: SetName) => `${owner}.${set}.textFeatures`,
  /** The logarithm of s under frozen weights. */
  logitScale: (owner: Owner) => `${owner}.logitScale`,
};

/** Builds the objective's graph, with everything that no trainable weight reaches as an input. */
export function bindObjective<S extends SetName>(objective: Objective<S>, options: BindOptions): BoundObjective {
  const leaf = inputs();
  const clip = buildClip(options.config);
  const trainable = clip.parameters.filter((weight) => options.trainable(nameOf(weight)));
  if (trainable.length === 0) throw new Error('nothing to train: no weight of this checkpoint is selected');
  const moving = new Set(trainable.map(nameOf));
  const some = (test: (name: string) => boolean) => [...moving].some(test);

  const { size: side } = options.config.image;
  const batches = Object.fromEntries(
    (Object.entries(options.sizes) as [SetName, number][]).map(([set, size]) => [
      set,
      { set, size, pixels: leaf(inputName.pixels(set), [size, 3, side, side]) } satisfies Batch,
    ]),
  );
  let draws = 0;
  const context = {
    ...batches,
    model: boundModel('model', options, leaf, {
      ...(some((name) => name.startsWith('visual.')) && { image: clip }),
      ...(some((name) => !name.startsWith('visual.') && name !== 'logit_scale') && { text: clip }),
      ...(moving.has('logit_scale') && { logitScale: clip }),
    }),
    original: boundModel('original', options, leaf, {}),
    encodeImage: clip.encodeImage,
    normal: (shape: readonly number[]) => leaf(inputName.normal(draws++), shape),
  } as ObjectiveContext<S>;

  const terms = Object.entries(objective(context));
  const active = terms.filter(([, [weight]]) => weight !== 0).map(([, [weight, term]]) => mul(weight, term));
  if (active.length === 0) throw new Error('every term of the loss has weight 0');
  return {
    loss: active.reduce((sum, term) => add(sum, term)),
    terms: Object.fromEntries(terms.map(([name, [, term]]) => [name, term])),
    trainable,
  };
}

/** The parts of a model that must be computed in the step because a weight of theirs moves. */
interface LiveParts {
  readonly image?: Clip;
  readonly text?: Clip;
  readonly logitScale?: Clip;
}

type Leaves = (name: string, shape: readonly number[], dtype?: DType) => Tensor;

function boundModel(owner: Owner, { config, captions }: BindOptions, leaf: Leaves, live: LiveParts): Model {
  const dim = config.embedDim;

  const table = once(() =>
    live.text
      ? live.text.encodeText(leaf(inputName.table, [captions.table, captions.length], 'int64'))
      : leaf(inputName.tableFeatures(owner), [captions.table, dim]),
  );
  const scale = once(() => live.logitScale?.logitScale ?? leaf(inputName.logitScale(owner), []));
  const image = perKey(
    ({ set }: Batch) => set,
    ({ set, size, pixels }) =>
      live.image ? live.image.encodeImage(pixels) : leaf(inputName.imageFeatures(owner, set), [size, dim]),
  );
  const prompts = once(() => {
    if (captions.classes === 0) throw new Error('zero-shot logits need classes, and this run names none');
    return slice(table(), [0, 0], [captions.classes, dim]);
  });
  const labels = ({ set, size, relabelled }: Batch) => leaf(inputName.labels(set, relabelled), [size], 'int64');
  const text = (batch: Batch) => {
    const { set, size } = batch;
    if (batch.relabelled) return gather(prompts(), labels(batch), 0);
    if (captions.shared) return gather(table(), leaf(inputName.captions(set), [size], 'int64'), 0);
    return live.text
      ? live.text.encodeText(leaf(inputName.tokens(set), [size, captions.length], 'int64'))
      : leaf(inputName.textFeatures(owner, set), [size, dim]);
  };

  return perKey(
    ({ set, relabelled }: Batch) => inputName.labels(set, relabelled),
    (batch) => {
      const output = lazy({
        imageFeatures: () => image(batch),
        textFeatures: () => text(batch),
        logitScale: scale,
        logitsPerImage: () => logitsPerImage(output.imageFeatures, output.textFeatures, output.logitScale),
        logitsPerText: () => transpose(output.logitsPerImage),
        classLogits: () => logitsPerImage(output.imageFeatures, prompts(), output.logitScale),
        labels: () => labels(batch),
      });
      return output;
    },
  );
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

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** `make`, called once for each key. */
function perKey<A, T>(key: (argument: A) => string, make: (argument: A) => T): (argument: A) => T {
  const made = new Map<string, T>();
  return (argument) => {
    const known = made.get(key(argument)) ?? make(argument);
    made.set(key(argument), known);
    return known;
  };
}

/** An object whose fields are computed when first read. */
function lazy(fields: { readonly [K in keyof ClipOutput]: () => Tensor }): ClipOutput {
  const output = {};
  for (const [name, make] of Object.entries(fields))
    Object.defineProperty(output, name, { get: once(make), enumerable: true });
  return output as ClipOutput;
}
