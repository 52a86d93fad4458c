import { type Clip, type ClipConfig, logitsPerImage } from '../clip';
import { type DType, gather, slice, type Tensor, transpose } from '../engine';
import type { Batch, ClipOutput, Model } from './batch';
import { inputName, type Owner } from './input-name';

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

/** The parts of a model that must be computed in the step because a weight of theirs moves. */
export interface LiveParts {
  readonly image?: Clip;
  readonly text?: Clip;
  readonly logitScale?: Clip;
}

/** The input of that name, made once. */
export type Leaves = (name: string, shape: readonly number[], dtype?: DType) => Tensor;

/** A model as functions of its batches: what moves is computed in the step, the rest is fed. */
export function boundModel(
  owner: Owner,
  { config, captions }: { readonly config: ClipConfig; readonly captions: CaptionPlan },
  leaf: Leaves,
  live: LiveParts,
): Model {
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
