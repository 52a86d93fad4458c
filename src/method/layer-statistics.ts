import type { Clip } from '../clip';
import { mean, type Tensor, variance } from '../engine';

/** Mean and variance [C] of each channel of what enters a layer, over the batch and all positions. */
export interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Of a ModifiedResNet what enters each BatchNorm, of a ViT the tokens that enter each block; by the canonical name of the
 * norm or block, such as `visual.layer1.0.bn1`.
 */
export type LayerStatistics = ReadonlyMap<string, Statistics>;

export function layerStatistics(clip: Clip, pixels: Tensor): LayerStatistics {
  const found = new Map<string, Statistics>();
  clip.encodeImage(pixels, (layer, x) => {
    const axes = x.shape.length === 4 ? [0, 2, 3] : [0, 1];
    found.set(`visual.${layer}`, { mean: mean(x, axes), variance: variance(x, axes) });
  });
  return found;
}
