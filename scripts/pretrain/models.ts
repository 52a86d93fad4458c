import { type ClipConfig, OPENAI_PREPROCESSING, type TextConfig } from '../../src/clip';

export type ModelName = 'resnet' | 'vit';

/** How many of CLIP's merges the small vocabulary keeps: the captions' words come to at most four tokens. */
export const MERGES = 2000;

/** The longest caption has 17 tokens. */
const CONTEXT_LENGTH = 20;

const VOCABULARY = 512 + MERGES + 2;

const text: TextConfig = {
  vocabSize: VOCABULARY,
  contextLength: CONTEXT_LENGTH,
  startToken: VOCABULARY - 2,
  eotToken: VOCABULARY - 1,
  pooling: 'argmax',
  width: 128,
  layers: 2,
  heads: 4,
  mlpWidth: 512,
};

const common = { embedDim: 128, text, activation: 'quick_gelu', layerNormEpsilon: 1e-5 } as const;

/** A demo model and what it is trained with. */
export interface Recipe {
  readonly config: ClipConfig;
  readonly batch: number;
  readonly peakLearningRate: number;
  readonly weightDecay: number;
  /** Images are moved by up to this many of their 32 pixels. */
  readonly shift: number;
  /** Bound on the gradient's norm. */
  readonly clipNorm?: number;
}

/**
 * The two demo models, sized for two cores. The ResNet enlarges CIFAR's 32 pixels to 64, since its stem and first pool
 * divide by four; the ViT takes the 32 pixels in 64 patches.
 */
export const RECIPES: Readonly<Record<ModelName, Recipe>> = {
  resnet: {
    config: {
      ...common,
      family: 'modified-resnet',
      layout: 'open-clip',
      image: { ...OPENAI_PREPROCESSING, size: 64, width: 24, layers: [1, 1, 1, 1], heads: 12 },
    },
    batch: 64,
    peakLearningRate: 6e-4,
    weightDecay: 0.05,
    shift: 4,
    clipNorm: 1,
  },
  vit: {
    config: {
      ...common,
      family: 'vit',
      layout: 'hugging-face',
      image: { ...OPENAI_PREPROCESSING, size: 32, patchSize: 4, width: 128, layers: 4, heads: 4, mlpWidth: 512 },
    },
    batch: 64,
    peakLearningRate: 1e-3,
    weightDecay: 0.05,
    shift: 2,
    clipNorm: 1,
  },
};

/** Matrices and kernels shrink; biases, norms, embeddings and the temperature do not. */
export function decays(name: string): boolean {
  return /weight$|proj$/.test(name) && !/(^|\.)(bn\d|ln_\w+|downsample\.1|token_embedding)\./.test(name);
}
