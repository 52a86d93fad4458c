import { logitsPerImage } from '../../clip';
import { constant, input, parameter, type Tensor, transpose } from '../../engine';
import {
  BATCH_NAMES,
  type Batch,
  type BatchName,
  type ClipOutput,
  type Objective,
  type ObjectiveContext,
  type Training,
} from '..';
import type { LayerStatistics } from '../layer-statistics';
import type { Method } from '../method';
import { resolveParameters } from '../parameters';

/** What a method of one phase hands to `train`, for given parameters: its loss as a function, and how it is minimised. */
export async function objectiveOf(
  method: Method,
  given: Readonly<Record<string, unknown>> = {},
): Promise<{ objective: Objective<BatchName>; training: Training }> {
  const resolved = resolveParameters(method.params, method.presets ?? {}, given);
  if (!resolved.ok) throw new Error(resolved.refusals.map(({ message }) => message).join('; '));
  let found: { objective: Objective<BatchName>; training: Training } | undefined;
  await method.run({
    params: resolved.values,
    train: async (_stage, objective, training) => {
      found = { objective, training };
      return { steps: 0 };
    },
    evaluate: async () => ({}),
    assign: async () => {},
    gradients: async () => new Map(),
    averages: async () => new Map(),
    synthesise: async () => ({ images: 1, wanted: 1, unreached: [] }),
    learnImages: async () => {},
    given: new Set(method.sets),
    original: new Map(),
  });
  if (!found) throw new Error(`${method.name} trains nothing`);
  return found;
}

export interface Classes {
  /** Number of class prompts: `<name>.prompts` [K, D]. */
  readonly classes: number;
  /** The class of each sample. */
  readonly labels: readonly number[];
}

/**
 * A model's output whose features are parameters of the graph, so that a loss can be checked against another
 * implementation without a model: `<name>.image` [B, D] unless others are given, `<name>.text` [B, D], `<name>.scale` [].
 */
export function outputOf(
  name: string,
  batch: number,
  dim: number,
  known?: Classes,
  imageFeatures: Tensor = parameter(`${name}.image`, [batch, dim]),
): ClipOutput {
  const textFeatures = parameter(`${name}.text`, [batch, dim]);
  const logitScale = parameter(`${name}.scale`, []);
  const logits = logitsPerImage(imageFeatures, textFeatures, logitScale);
  const prompts = known && parameter(`${name}.prompts`, [known.classes, dim]);
  return {
    imageFeatures,
    textFeatures,
    logitScale,
    logitsPerImage: logits,
    logitsPerText: transpose(logits),
    get classLogits(): Tensor {
      if (!prompts) throw new Error(`the ${name} features have no class prompts`);
      return logitsPerImage(imageFeatures, prompts, logitScale);
    },
    get labels(): Tensor {
      if (!known) throw new Error(`the ${name} features have no labels`);
      return constant(known.labels, [known.labels.length], 'int64');
    },
  };
}

/** What a context may have beside the sets' outputs. */
export interface ContextParts {
  readonly original?: Partial<Record<BatchName, ClipOutput>>;
  /** Pixels of each set; an empty batch's unless given. */
  readonly pixels?: Partial<Record<BatchName, Tensor>>;
  readonly encodeImage?: (pixels: Tensor) => Tensor;
  readonly statistics?: (pixels: Tensor) => LayerStatistics;
}

/** A context that gives these outputs for the sets' batches; noise is fed as `normal.0`, `normal.1`, ..., scalars of a level as `level.<name>`. */
export function contextOf(
  model: Partial<Record<BatchName, ClipOutput>>,
  {
    original = {},
    pixels = {},
    encodeImage = absent('no encoder was given'),
    statistics = absent('no statistics were given'),
  }: ContextParts = {},
): ObjectiveContext<BatchName> {
  const lookUp = (outputs: typeof model) => (batch: Batch) =>
    outputs[batch.set] ?? absent(`no output was given for the ${batch.set} set`)();
  const batch = (set: BatchName): Batch => ({
    set,
    size: model[set]?.imageFeatures.shape[0] ?? 0,
    pixels: pixels[set] ?? constant([], [0]),
  });
  let draws = 0;
  return {
    ...(Object.fromEntries(BATCH_NAMES.map((set) => [set, batch(set)])) as Record<BatchName, Batch>),
    model: lookUp(model),
    original: lookUp(original),
    encodeImage,
    normal: (shape) => input(`normal.${draws++}`, shape),
    statistics,
    level: (name) => input(`level.${name}`, []),
  };
}

const absent = (message: string) => (): never => {
  throw new Error(message);
};
