import { type ConfigObject, MOST_LAYERS } from '../checkpoint/config-file';
import {
  type ClipConfig,
  type ModifiedResNetConfig,
  OPENAI_PREPROCESSING,
  type PreprocessConfig,
  type TextConfig,
  type TransformerConfig,
  type VisionTransformerConfig,
} from '../config';
import { RESNET_REDUCTION } from '../model/parameter-shapes';
import { type CheckpointLayout, jsonFile } from './layout';

/** Options of `CLIPVisionCfg` and `CLIPTextCfg` that change the computation, and the values that CLIP itself has. */
const CLIP_VALUES: Record<string, readonly unknown[]> = {
  timm_model_name: [undefined],
  hf_model_name: [undefined],
  ls_init_value: [undefined],
  attentional_pool: [undefined, false],
  no_ln_pre: [undefined, false],
  final_ln_after_pool: [undefined, false],
  pos_embed_type: [undefined, 'learnable'],
  act_kwargs: [undefined],
  norm_kwargs: [undefined],
  block_type: [undefined, 'default'],
  qk_norm: [undefined, false],
  scaled_cosine_attn: [undefined, false],
  scale_heads: [undefined, false],
  scale_attn_inner: [undefined, false],
  scale_attn: [undefined, false],
  scale_fc: [undefined, false],
  embed_cls: [undefined, false],
  no_causal_mask: [undefined, false],
  proj_bias: [undefined, false],
  proj_type: [undefined, 'linear'],
  tokenizer_mode: [undefined, ''],
};

/** Reads `open_clip_config.json`; keys that are missing have the defaults of open_clip's `CLIPVisionCfg` and `CLIPTextCfg`. */
export function readOpenClipConfig(file: ConfigObject): ClipConfig {
  const model = file.object('model_cfg');
  if (!file.has('model_cfg')) file.refuse('model_cfg', 'an object');
  const vision = model.object('vision_cfg');
  const text = model.object('text_cfg');
  if (model.has('init_logit_bias')) model.unsupported('A model with a logit bias is a SigLIP');
  refuseVariants(vision);
  refuseVariants(text);
  if (vision.oneOf('pool_type', ['tok', 'none', 'avg'], 'tok') !== 'tok')
    vision.unsupported('The tower pools by average');
  const shared = {
    layout: 'open-clip',
    embedDim: model.count('embed_dim'),
    activation: model.flag('quick_gelu', false) ? 'quick_gelu' : 'gelu',
    layerNormEpsilon: 1e-5,
    text: textConfig(text),
  } as const;
  const preprocess = readPreprocessing(vision.count('image_size', 224), file.object('preprocess_cfg'));
  return Array.isArray(vision.get('layers'))
    ? { ...shared, family: 'modified-resnet', image: modifiedResNet(vision, preprocess) }
    : { ...shared, family: 'vit', image: visionTransformer(vision, preprocess) };
}

function refuseVariants(config: ConfigObject): void {
  for (const [key, allowed] of Object.entries(CLIP_VALUES))
    if (!allowed.includes(config.get(key))) config.unsupported(`${key} is ${JSON.stringify(config.get(key))}`);
}

function visionTransformer(vision: ConfigObject, preprocess: PreprocessConfig): VisionTransformerConfig {
  const width = vision.count('width', 768);
  const headWidth = vision.count('head_width', 64);
  const patchSize = vision.count('patch_size', 16);
  if (width % headWidth !== 0) vision.refuse('head_width', `a divisor of width ${width}`);
  if (preprocess.size % patchSize !== 0) vision.refuse('patch_size', `a divisor of image_size ${preprocess.size}`);
  const mlpWidth = Math.floor(width * vision.number('mlp_ratio', 4));
  return {
    ...preprocess,
    patchSize,
    width,
    layers: vision.count('layers', 12, MOST_LAYERS),
    heads: width / headWidth,
    mlpWidth,
  };
}

function modifiedResNet(vision: ConfigObject, preprocess: PreprocessConfig): ModifiedResNetConfig {
  const layers = vision.get('layers') as unknown[];
  if (
    layers.length !== 4 ||
    !layers.every((n) => Number.isInteger(n) && (n as number) > 0 && (n as number) <= MOST_LAYERS)
  )
    vision.refuse('layers', 'four counts of blocks');
  const width = vision.count('width', 64);
  const heads = (width * 32) / vision.count('head_width', 64);
  if (width % 2 !== 0 || !Number.isInteger(heads)) vision.refuse('width', 'even, with 32 width / head_width whole');
  if (preprocess.size % RESNET_REDUCTION !== 0) vision.refuse('image_size', `a multiple of ${RESNET_REDUCTION}`);
  return { ...preprocess, width, heads, layers: layers as [number, number, number, number] };
}

function textConfig(text: ConfigObject): TextConfig {
  const width = text.count('width', 512);
  const heads = text.count('heads', 8);
  if (width % heads !== 0) text.refuse('heads', `a divisor of width ${width}`);
  const vocabSize = text.count('vocab_size', 49408);
  const eos = text.oneOf('pool_type', ['argmax', 'eos'], 'argmax') === 'eos';
  const eotToken = eos ? text.index('eos_id', 2) : vocabSize - 1;
  return {
    width,
    heads,
    layers: text.count('layers', 12, MOST_LAYERS),
    mlpWidth: Math.floor(width * text.number('mlp_ratio', 4)),
    vocabSize,
    contextLength: text.count('context_length', 77),
    startToken: vocabSize - 2,
    eotToken,
    pooling: eos ? 'eot' : 'argmax',
  };
}

function readPreprocessing(size: number, config: ConfigObject): PreprocessConfig {
  return {
    size,
    mean: config.channels('mean', OPENAI_PREPROCESSING.mean),
    std: config.channels('std', OPENAI_PREPROCESSING.std),
    interpolation: config.oneOf('interpolation', ['bicubic', 'bilinear'], 'bicubic'),
    resize: config.oneOf('resize_mode', ['shortest', 'squash'], 'shortest'),
    crop: 'half-even',
  };
}

/**
 * OpenCLIP stores OpenAI's names; a `CustomTextCLIP` puts the text tower's under `text.`.
 * https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/model.py
 */
export const openClip: CheckpointLayout = {
  weightsFile: 'open_clip_model.safetensors',
  parts: (_, stored) => {
    const custom = stored.has('text.token_embedding.weight');
    return (weight) => {
      const inText = !weight.startsWith('visual.') && weight !== 'logit_scale';
      return [{ name: custom && inText ? `text.${weight}` : weight }];
    };
  },
  configFiles: (config) => new Map([['open_clip_config.json', jsonFile(openClipConfig(config))]]),
};

function openClipConfig(config: ClipConfig): object {
  const { embedDim, activation, text, image } = config;
  const { size, mean, std, interpolation, resize } = image;
  const tower =
    config.family === 'vit'
      ? { ...transformerSizes(config.image), patch_size: config.image.patchSize, head_width: image.width / image.heads }
      : {
          layers: config.image.layers,
          width: image.width,
          patch_size: null,
          head_width: (image.width * 32) / image.heads,
        };
  return {
    model_cfg: {
      embed_dim: embedDim,
      quick_gelu: activation === 'quick_gelu',
      vision_cfg: { image_size: size, ...tower },
      text_cfg: {
        context_length: text.contextLength,
        vocab_size: text.vocabSize,
        ...transformerSizes(text),
        heads: text.heads,
        ...(text.pooling === 'eot' ? { pool_type: 'eos', eos_id: text.eotToken } : {}),
        // Any name makes open_clip use the tokenizer files of this folder rather than its built-in vocabulary.
        hf_tokenizer_name: '.',
      },
    },
    preprocess_cfg: { mean, std, interpolation, resize_mode: resize },
  };
}

const transformerSizes = ({ width, layers, mlpWidth }: TransformerConfig) => ({
  width,
  layers,
  mlp_ratio: mlpWidth / width,
});
