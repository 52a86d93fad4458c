import type { ClipConfig } from '..';

const text = {
  vocabSize: 40,
  contextLength: 8,
  width: 16,
  layers: 2,
  heads: 2,
  mlpWidth: 64,
  startToken: 38,
  eotToken: 39,
  pooling: 'argmax',
} as const;

const pixels = {
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  interpolation: 'bicubic',
  resize: 'shortest',
  crop: 'floor',
} as const;

const rest = { embedDim: 16, layerNormEpsilon: 1e-5, layout: 'open-clip', text } as const;

/** One CLIP of each family, of a few thousand weights: small enough to compile in a moment, complete enough to have every kind of layer. */
export const TINY_CLIPS = {
  vit: {
    ...rest,
    family: 'vit',
    activation: 'quick_gelu',
    image: { ...pixels, size: 16, patchSize: 8, width: 16, layers: 2, heads: 2, mlpWidth: 64 },
  },
  resnet: {
    ...rest,
    family: 'modified-resnet',
    activation: 'gelu',
    image: { ...pixels, size: 32, width: 4, layers: [1, 1, 1, 1], heads: 4 },
  },
} as const satisfies Record<string, ClipConfig>;
