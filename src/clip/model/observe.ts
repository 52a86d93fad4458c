import type { Tensor } from '../../engine';

/**
 * Is shown what enters a layer of the image tower: before each BatchNorm [B, C, H, W], by the norm's name; of a ViT the
 * tokens that enter each block [B, T, W], by the block's. Names are those of the weights, without the tower's prefix.
 */
export type Observe = (layer: string, activation: Tensor) => void;
