import type { Tensor } from '../engine';

/** The sets a method may declare. */
export const SET_NAMES = ['forget', 'retain', 'calibration'] as const;
export type SetName = (typeof SET_NAMES)[number];

/** What a step may read: the declared sets, and images that the run itself has learned from one of them. */
export const BATCH_NAMES = [...SET_NAMES, 'learned'] as const;
export type BatchName = (typeof BATCH_NAMES)[number];

/** A batch of one set, as symbolic inputs of the step; `B` samples with their captions. */
export interface Batch {
  readonly set: BatchName;
  readonly size: number;
  /** [B, 3, H, W], normalised. */
  readonly pixels: Tensor;
  /** How its labels were replaced; absent where they are the samples' own. */
  readonly relabelled?: Relabelling;
}

/**
 * Labels at random. `other`: any class but the sample's own, drawn once for each sample of a stage. `any`: any class, the
 * sample's own among them, drawn anew in every step. Both are functions of the run's seed.
 */
export const RELABELLINGS = ['other', 'any'] as const;
export type Relabelling = (typeof RELABELLINGS)[number];

/** The same images under labels at random; their captions become the prompts of those classes. */
export const relabel = (batch: Batch, relabelled: Relabelling): Batch => ({ ...batch, relabelled });

/** What CLIP makes of a batch. Each tensor is built when it is first read, so nothing unread is computed. */
export interface ClipOutput {
  /** [B, D], as the image tower gives them, not normalised. */
  readonly imageFeatures: Tensor;
  /** [B, D], of each sample's own caption, not normalised. */
  readonly textFeatures: Tensor;
  /** Scalar, the stored parameter: a logarithm, s = exp(logitScale). */
  readonly logitScale: Tensor;
  /** [B, B], s * cos(image i, caption j). */
  readonly logitsPerImage: Tensor;
  /** [B, B], the transpose. */
  readonly logitsPerText: Tensor;
  /** [B, K], s * cos(image, prompt of class k): zero-shot logits over the run's class prompts. */
  readonly classLogits: Tensor;
  /** [B] int64, each sample's class as an index into the prompts; reading it fails for sets without classes. */
  readonly labels: Tensor;
}

/** The model being trained, or the frozen original, applied to a batch. */
export type Model = (batch: Batch) => ClipOutput;

/** Named terms of a loss, each with its weight; the loss is their weighted sum and each is a metric of the run. */
export type Terms = Readonly<Record<string, readonly [weight: number, term: Tensor]>>;
