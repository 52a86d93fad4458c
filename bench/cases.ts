import { RECIPES } from '../scripts/pretrain/models';
import { type ClipConfig, OPENAI_PREPROCESSING, type TextConfig } from '../src/clip';

/** One model, batch and choice of trainable weights that both engines are timed on. */
export interface Case {
  readonly title: string;
  readonly config: ClipConfig;
  readonly batch: number;
  /** Which weights are updated, by canonical name, which is OpenCLIP's name too. */
  readonly trainable: RegExp;
  /** Whether it convolves: PyTorch is then timed in both its memory formats, for which one is faster depends on shapes and processor. */
  readonly convolves: boolean;
}

const ALL = /./;

const text: TextConfig = {
  vocabSize: 49408,
  contextLength: 77,
  startToken: 49406,
  eotToken: 49407,
  pooling: 'argmax',
  width: 512,
  layers: 12,
  heads: 8,
  mlpWidth: 2048,
};
const common = { text, activation: 'quick_gelu', layerNormEpsilon: 1e-5, layout: 'open-clip' } as const;

const vitB32: ClipConfig = {
  ...common,
  family: 'vit',
  embedDim: 512,
  image: { ...OPENAI_PREPROCESSING, size: 224, patchSize: 32, width: 768, layers: 12, heads: 12, mlpWidth: 3072 },
};
const rn50: ClipConfig = {
  ...common,
  family: 'modified-resnet',
  embedDim: 1024,
  image: { ...OPENAI_PREPROCESSING, size: 224, width: 64, layers: [3, 4, 6, 3], heads: 32 },
};

/** Norms of ResNets are in evaluation mode, as in unlearning; their weights and biases are trained. */
export const CASES = {
  'small-vit': {
    title: 'small ViT (the demo checkpoint), batch 64',
    config: { ...RECIPES.vit.config, layout: 'open-clip' },
    batch: 64,
    trainable: ALL,
    convolves: false,
  },
  'small-resnet': {
    title: 'small ResNet (the demo checkpoint), batch 64',
    config: RECIPES.resnet.config,
    batch: 64,
    trainable: ALL,
    convolves: true,
  },
  'vit-b-32': {
    title: 'ViT-B/32, batch 8, all weights',
    config: vitB32,
    batch: 8,
    trainable: ALL,
    convolves: false,
  },
  'vit-b-32-last-two': {
    title: 'ViT-B/32, batch 8, the last two blocks of each tower',
    config: vitB32,
    batch: 8,
    trainable: /transformer\.resblocks\.1[01]\./,
    convolves: false,
  },
  rn50: { title: 'RN50, batch 8, all weights', config: rn50, batch: 8, trainable: ALL, convolves: true },
} as const satisfies Record<string, Case>;

export type CaseName = keyof typeof CASES;
export const CASE_NAMES = Object.keys(CASES) as CaseName[];
