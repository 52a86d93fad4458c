import { add, batchNorm, batchNormTraining, conv2d, mul, reshape, rsqrt, size, sub, type Tensor } from '../../engine';
import type { Observe } from './observe';
import type { Lookup } from './weights';

/** A convolution followed by its BatchNorm, both named. */
export type NormalisedConvolution = (
  x: Tensor,
  conv: string,
  norm: string,
  options?: { stride?: number; padding?: number },
) => Tensor;

/** PyTorch's defaults, which CLIP keeps. */
const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/** Evaluation mode: the norm is a fixed affine map, folded into the convolution's weight and bias. */
export const foldedConvolution =
  (weights: Lookup): NormalisedConvolution =>
  (x, conv, norm, options) => {
    const scale = mul(weights(`${norm}.weight`), rsqrt(add(weights(`${norm}.running_var`), EPSILON)));
    const bias = sub(weights(`${norm}.bias`), mul(weights(`${norm}.running_mean`), scale));
    return conv2d(x, mul(weights(`${conv}.weight`), reshape(scale, [-1, 1, 1, 1])), { ...options, bias });
  };

/** Evaluation mode with the norm apart, so that what enters it can be looked at. */
export const observedConvolution =
  (weights: Lookup, observe: Observe): NormalisedConvolution =>
  (x, conv, norm, options) => {
    const y = conv2d(x, weights(`${conv}.weight`), options);
    observe(norm, y);
    const [weight, bias] = [weights(`${norm}.weight`), weights(`${norm}.bias`)];
    const running = { mean: weights(`${norm}.running_mean`), variance: weights(`${norm}.running_var`) };
    return batchNorm(y, { weight, bias, ...running }, EPSILON);
  };

/**
 * Training mode: normalises by the batch's own statistics and records in `updates` what the running ones become,
 * by name. The running variance is the unbiased one (https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html).
 */
export const batchConvolution =
  (weights: Lookup, updates: Map<string, Tensor>): NormalisedConvolution =>
  (x, conv, norm, options) => {
    const y = conv2d(x, weights(`${conv}.weight`), options);
    const affine = { weight: weights(`${norm}.weight`), bias: weights(`${norm}.bias`) };
    const batch = batchNormTraining(y, affine, EPSILON);
    const samples = size(y.shape) / y.shape[1]!;
    const record = (name: string, statistic: Tensor) => {
      const running = updates.get(name) ?? weights(name);
      updates.set(name, add(mul(running, 1 - MOMENTUM), mul(statistic, MOMENTUM)));
    };
    record(`${norm}.running_mean`, batch.mean);
    record(`${norm}.running_var`, mul(batch.variance, samples / (samples - 1)));
    return batch.y;
  };
