import { type ConfigObject, MOST_LAYERS } from '../checkpoint/config-file';
import {
  type Activation,
  type ClipConfig,
  OPENAI_PREPROCESSING,
  type PreprocessConfig,
  type TextConfig,
  type TransformerConfig,
  type VisionTransformerClip,
} from '../config';
import { huggingFaceParts } from './hugging-face-names';
import { type CheckpointLayout, jsonFile } from './layout';

const ACTIVATIONS: readonly Activation[] = ['gelu', 'quick_gelu'];

/** PIL's numbers of its resampling filters. */
const RESAMPLE = { bilinear: 2, bicubic: 3 } as const;

/** Reads `config.json` of a `CLIPModel`; keys that are missing have the defaults of transformers' CLIPConfig. */
export function readHuggingFaceConfig(config: ConfigObject, preprocessor?: ConfigObject): VisionTransformerClip {
  if (config.get('model_type') !== 'clip')
    config.unsupported(`model_type is ${JSON.stringify(config.get('model_type'))}, not "clip"`);
  const text = config.object('text_config');
  const vision = config.object('vision_config');
  if (text.number('layer_norm_eps', 1e-5) !== vision.number('layer_norm_eps', 1e-5))
    config.unsupported('The two towers differ in layer_norm_eps');
  const activation = text.oneOf('hidden_act', ACTIVATIONS, 'quick_gelu');
  if (vision.oneOf('hidden_act', ACTIVATIONS, 'quick_gelu') !== activation)
    config.unsupported('The two towers differ in hidden_act');
  if (vision.count('num_channels', 3) !== 3) config.unsupported('The image tower does not take three channels');
  const size = vision.count('image_size', 224);
  const patchSize = vision.count('patch_size', 32);
  if (size % patchSize !== 0) vision.refuse('patch_size', `a divisor of image_size ${size}`);
  return {
    family: 'vit',
    layout: 'hugging-face',
    embedDim: config.count('projection_dim', 512),
    activation,
    layerNormEpsilon: text.number('layer_norm_eps', 1e-5),
    image: { ...transformerConfig(vision, 768, 3072, 12), patchSize, ...readPreprocessor(size, preprocessor) },
    text: textConfig(text),
  };
}

function transformerConfig(config: ConfigObject, width: number, mlpWidth: number, heads: number): TransformerConfig {
  const read = {
    width: config.count('hidden_size', width),
    layers: config.count('num_hidden_layers', 12, MOST_LAYERS),
    heads: config.count('num_attention_heads', heads),
    mlpWidth: config.count('intermediate_size', mlpWidth),
  };
  if (read.width % read.heads !== 0) config.refuse('num_attention_heads', `a divisor of hidden_size ${read.width}`);
  return read;
}

/**
 * Configurations written before transformers 4.32 carry `eos_token_id` 2, which no CLIP vocabulary has; the library then
 * pools at the highest id, and so do we.
 */
function textConfig(config: ConfigObject): TextConfig {
  const vocabSize = config.count('vocab_size', 49408);
  const eos = config.index('eos_token_id', 49407);
  return {
    ...transformerConfig(config, 512, 2048, 8),
    vocabSize,
    contextLength: config.count('max_position_embeddings', 77),
    ...(eos === 2
      ? { pooling: 'argmax', startToken: vocabSize - 2, eotToken: vocabSize - 1 }
      : { pooling: 'eot', startToken: config.index('bos_token_id', 49406), eotToken: eos }),
  };
}

function readPreprocessor(size: number, file?: ConfigObject): PreprocessConfig {
  if (!file) return { size, ...OPENAI_PREPROCESSING, crop: 'floor' };
  const resample = file.number('resample', RESAMPLE.bicubic);
  if (resample !== RESAMPLE.bicubic && resample !== RESAMPLE.bilinear) file.refuse('resample', '2 or 3');
  for (const step of ['do_resize', 'do_rescale', 'do_normalize']) if (!file.flag(step, true)) file.refuse(step, 'true');
  const crop = file.flag('do_center_crop', true);
  const shortest = typeof file.get('size') === 'number' || file.object('size').has('shortest_edge');
  const resizeTo = edge(file, 'size', 'shortest_edge', size);
  if ((crop ? edge(file, 'crop_size', 'height', size) : resizeTo) !== size || resizeTo < size)
    file.refuse(crop ? 'crop_size' : 'size', `the image_size of config.json, ${size}`);
  if (!crop && shortest) file.refuse('do_center_crop', 'true where size is a shortest_edge');
  return {
    size,
    mean: file.channels('image_mean', OPENAI_PREPROCESSING.mean),
    std: file.channels('image_std', OPENAI_PREPROCESSING.std),
    interpolation: resample === RESAMPLE.bicubic ? 'bicubic' : 'bilinear',
    resize: shortest ? 'shortest' : 'squash',
    crop: 'floor',
    ...(resizeTo === size ? {} : { resizeTo }),
  };
}

/** A square's side, written as a number or as an object. */
function edge(file: ConfigObject, key: string, name: string, missing: number): number {
  if (typeof file.get(key) === 'number') return file.count(key);
  const object = file.object(key);
  if (object.has('height') && object.count('height') !== object.count('width')) file.refuse(key, 'a square');
  return object.has(name) ? object.count(name) : object.count('height', missing);
}

export const huggingFace: CheckpointLayout = {
  weightsFile: 'model.safetensors',
  parts: huggingFaceParts,
  configFiles(config) {
    const { size, mean, std, interpolation, resize, resizeTo = size } = config.image;
    return new Map([
      ['config.json', jsonFile(huggingFaceConfig(config))],
      [
        'preprocessor_config.json',
        jsonFile({
          image_processor_type: 'CLIPImageProcessor',
          do_convert_rgb: true,
          do_resize: true,
          size: resize === 'shortest' ? { shortest_edge: resizeTo } : { height: resizeTo, width: resizeTo },
          resample: RESAMPLE[interpolation],
          do_center_crop: true,
          crop_size: { height: size, width: size },
          do_rescale: true,
          rescale_factor: 1 / 255,
          do_normalize: true,
          image_mean: mean,
          image_std: std,
        }),
      ],
    ]);
  },
};

function huggingFaceConfig(config: ClipConfig): object {
  if (config.family !== 'vit') throw new Error('CLIPModel has no ResNet image tower; write the OpenCLIP layout');
  const { image, embedDim } = config;
  return {
    architectures: ['CLIPModel'],
    model_type: 'clip',
    dtype: 'float32',
    projection_dim: embedDim,
    logit_scale_init_value: 2.6592,
    text_config: huggingFaceTextConfig(config),
    vision_config: {
      model_type: 'clip_vision_model',
      ...sizes(image, config),
      image_size: image.size,
      patch_size: image.patchSize,
      num_channels: 3,
    },
  };
}

/** The configuration of the text tower, alone or within a `CLIPModel`'s. */
export const huggingFaceTextConfig = (config: ClipConfig): object => ({
  model_type: 'clip_text_model',
  ...sizes(config.text, config),
  vocab_size: config.text.vocabSize,
  max_position_embeddings: config.text.contextLength,
  bos_token_id: config.text.startToken,
  eos_token_id: config.text.eotToken,
  pad_token_id: config.text.eotToken,
});

const sizes = (tower: TransformerConfig, { activation, layerNormEpsilon, embedDim }: ClipConfig) => ({
  hidden_size: tower.width,
  intermediate_size: tower.mlpWidth,
  num_hidden_layers: tower.layers,
  num_attention_heads: tower.heads,
  hidden_act: activation,
  layer_norm_eps: layerNormEpsilon,
  projection_dim: embedDim,
});
