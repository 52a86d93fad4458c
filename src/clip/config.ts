/** How a checkpoint's files are laid out: which names its tensors have and which configuration files lie beside them. */
export type Layout = 'hugging-face' | 'openai' | 'open-clip';

export type Activation = 'gelu' | 'quick_gelu';

/** The sizes of a transformer; `mlpWidth` is four times the width in every published CLIP. */
export interface TransformerConfig {
  width: number;
  layers: number;
  heads: number;
  mlpWidth: number;
}

/** How pixels are prepared for the image tower; see `image/preprocess.ts`. */
export interface PreprocessConfig {
  /** Side of the square image the tower takes, in pixels. */
  size: number;
  /** Per channel, of pixels in [0, 1]. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  interpolation: 'bicubic' | 'bilinear';
  /** `shortest` keeps the aspect ratio and crops the centre; `squash` does not keep it. */
  resize: 'shortest' | 'squash';
  /** Side of the image before the crop, where the file names another than `size`. */
  resizeTo?: number;
  /** Where an odd margin is cut: transformers rounds the offset down, torchvision (OpenAI, OpenCLIP) to the even neighbour. */
  crop: 'floor' | 'half-even';
}

export interface VisionTransformerConfig extends PreprocessConfig, TransformerConfig {
  patchSize: number;
}

export interface ModifiedResNetConfig extends PreprocessConfig {
  /** Channels after the stem; the last stage has 32 times as many. */
  width: number;
  /** Bottlenecks in each of the four stages. */
  layers: readonly [number, number, number, number];
  /** Heads of the attention pool. */
  heads: number;
}

export interface TextConfig extends TransformerConfig {
  vocabSize: number;
  contextLength: number;
  startToken: number;
  eotToken: number;
  /** Where the features are read: at the highest id of the sequence, or at the first `eotToken`. */
  pooling: 'argmax' | 'eot';
}

interface ClipConfigBase {
  embedDim: number;
  text: TextConfig;
  activation: Activation;
  layerNormEpsilon: number;
  layout: Layout;
}

export interface VisionTransformerClip extends ClipConfigBase {
  family: 'vit';
  image: VisionTransformerConfig;
}

export interface ModifiedResNetClip extends ClipConfigBase {
  family: 'modified-resnet';
  image: ModifiedResNetConfig;
}

/** Everything that decides the shape of a CLIP and what is fed to it. */
export type ClipConfig = VisionTransformerClip | ModifiedResNetClip;

/** The preprocessing of OpenAI's checkpoints, which files without a configuration of their own are taken to share. */
export const OPENAI_PREPROCESSING = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  interpolation: 'bicubic',
  resize: 'shortest',
  crop: 'half-even',
} as const satisfies Omit<PreprocessConfig, 'size'>;
