import type { BatchName, Relabelling } from './batch';

/** Which weights a value comes from. */
export type Owner = 'model' | 'original';

const NORMAL = 'normal.';

/** Whether an input of this name is fed standard normal numbers. */
export const isNormal = (name: string): boolean => name.startsWith(NORMAL);

/** Names of the step's inputs: what the trainer feeds and what it computes once before the first step. */
export const inputName = {
  /** [B, 3, H, W] normalised pixels. */
  pixels: (set: BatchName) => `${set}.pixels`,
  /** [B, L] int64 token ids of the samples' captions. */
  tokens: (set: BatchName) => `${set}.tokens`,
  /** [B] int64 rows of the caption table. */
  captions: (set: BatchName) => `${set}.captions`,
  /** [B] int64 classes: the samples' own, or at random. */
  labels: (set: BatchName, relabelled?: Relabelling) => `${set}.labels${relabelled ? `.${relabelled}` : ''}`,
  /** Standard normal numbers; of each step the first draw is 0. */
  normal: (draw: number) => `${NORMAL}${draw}`,
  /** A scalar of the present level. */
  level: (name: string) => `level.${name}`,
  /** [T, L] int64 token ids of the caption table. */
  table: 'captions.tokens',
  /** [T, D] features of the caption table under frozen weights. */
  tableFeatures: (owner: Owner) => `${owner}.captions.features`,
  /** [B, D] image features under frozen weights. */
  imageFeatures: (owner: Owner, set: BatchName) => `${owner}.${set}.imageFeatures`,
  /** [B, D] caption features under frozen weights. */
  textFeatures: (owner: Owner, set: BatchName) => `${owner}.${set}.textFeatures`,
  /** The logarithm of s under frozen weights. */
  logitScale: (owner: Owner) => `${owner}.logitScale`,
};
