import { parameter, type Tensor } from '../../engine';
import type { ClipConfig } from '../config';
import { modifiedResNet } from './modified-resnet';
import { batchConvolution, foldedConvolution, observedConvolution } from './normalised-convolution';
import type { Observe } from './observe';
import { isBuffer, parameterShapes } from './parameter-shapes';
import { textTransformer } from './text-transformer';
import { visionTransformer } from './vision-transformer';
import { within } from './weights';

/** A CLIP as symbolic functions of its weights. */
export interface Clip {
  readonly config: ClipConfig;
  /** Normalised pixels [B, 3, S, S] to features [B, D], not yet of unit length. `observe` is shown what passes between layers. */
  encodeImage(pixels: Tensor, observe?: Observe): Tensor;
  /**
   * Normalised pixels [B, 3, S, S] to features of every place of the image, [B, h w, D], row by row, not yet of unit
   * length and comparable with text features: the tower with each token attending to itself alone in its last attention,
   * whose queries and keys are dropped (MaskCLIP: Zhou et al. 2022, https://arxiv.org/abs/2112.01071, section 3.2).
   */
  encodePlaces(pixels: Tensor): Tensor;
  /** Token ids, int64 [B, L] with L at most the context length, to features [B, D], not yet of unit length. */
  encodeText(ids: Tensor): Tensor;
  /** The stored parameter, a logarithm: similarities are multiplied by its exponential. */
  readonly logitScale: Tensor;
  /** Every weight that can be trained; named as in OpenAI's state dict. */
  readonly parameters: readonly Tensor[];
  /** BatchNorm's running statistics: state, but never trained. */
  readonly buffers: readonly Tensor[];
  /** What the running statistics become, by name; filled by `encodeImage` in training mode, for `trainingStep`'s `updates`. */
  updates(): Record<string, Tensor>;
}

export interface BuildOptions {
  readonly training?: boolean;
  readonly prefix?: string;
  readonly adapt?: (weight: Tensor, name: string) => Tensor;
}

/**
 * Builds the model described by `config`.
 *
 * @param training normalise by each batch's own statistics, as when training a ModifiedResNet from scratch
 * @param prefix put before every weight's name, so that a second copy, such as the frozen original, has weights of its own
 * @param adapt what the model computes with in a weight's place, of its shape; the weight itself unless given
 */
export function buildClip(
  config: ClipConfig,
  { training = false, prefix = '', adapt = (weight) => weight }: BuildOptions = {},
): Clip {
  const tensors = new Map(
    [...parameterShapes(config)].map(([name, shape]) => [prefix + name, parameter(prefix + name, shape)]),
  );
  const adapted = new Map<string, Tensor>();
  const weights = within((name) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`internal: this CLIP has no weight ${name}`);
    const used = adapted.get(name) ?? adapt(tensor, name);
    adapted.set(name, used);
    return used;
  }, prefix);
  const visual = within(weights, 'visual.');
  const updates = new Map<string, Tensor>();

  const imageTower = (pixels: Tensor, places: boolean, observe?: Observe): Tensor => {
    const { size } = config.image;
    if (String(pixels.shape.slice(1)) !== String([3, size, size]))
      throw new Error(`encodeImage takes pixels [B,3,${size},${size}], not [${pixels.shape}]`);
    if (config.family === 'vit') return visionTransformer(pixels, visual, config, { places, observe });
    const folded = observe ? observedConvolution(visual, observe) : foldedConvolution(visual);
    const conv = training ? batchConvolution(visual, updates) : folded;
    return modifiedResNet(pixels, visual, config.image, conv, places);
  };
  const encodeText = (ids: Tensor): Tensor => {
    const { contextLength } = config.text;
    if (ids.dtype !== 'int64' || ids.shape.length !== 2 || ids.shape[1]! > contextLength)
      throw new Error(`encodeText takes int64 ids [B, up to ${contextLength}], not ${ids.dtype} [${ids.shape}]`);
    return textTransformer(ids, weights, config);
  };
  const all = [...tensors].map(([name, tensor]) => ({ tensor, buffer: isBuffer(name) }));
  return {
    config,
    encodeImage: (pixels, observe) => imageTower(pixels, false, observe),
    encodePlaces: (pixels) => imageTower(pixels, true),
    encodeText,
    logitScale: weights('logit_scale'),
    parameters: all.filter(({ buffer }) => !buffer).map(({ tensor }) => tensor),
    buffers: all.filter(({ buffer }) => buffer).map(({ tensor }) => tensor),
    updates: () => Object.fromEntries([...updates].map(([name, tensor]) => [`${prefix}visual.${name}`, tensor])),
  };
}
