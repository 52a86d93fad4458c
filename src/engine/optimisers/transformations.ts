import { add, div, mul, sqrt, square } from '../ops';
import { chain, type Transformation } from './transformation';

/** d + decay * weight: L2 regularisation before the moments, decoupled decay after them (https://arxiv.org/abs/1711.05101). */
export const addDecayedWeights =
  (decay: number, applies: (name: string) => boolean = () => true): Transformation =>
  (d, site) =>
    decay === 0 || !applies(site.name) ? d : add(d, mul(site.weight, decay));

/** m := momentum m + d (PyTorch's SGD without dampening); Nesterov's form looks one step ahead. */
export const trace =
  (momentum: number, nesterov = false): Transformation =>
  (d, site) => {
    if (momentum === 0) return d;
    const velocity = site.slot('momentum', (m) => add(mul(m, momentum), d));
    return nesterov ? add(d, mul(velocity, momentum)) : velocity;
  };

/**
 * Adam's direction m^ / (sqrt(v^) + epsilon) (https://arxiv.org/abs/1412.6980, algorithm 1). The moments are kept as sums of beta^age d and beta^age d^2,
 * and beside them the sums c of beta^age alone: m^ = m / c1 and v^ = v / c2 exactly, no power of beta loses digits in float32, and a step
 * makes few passes over the weight.
 */
export const scaleByAdam =
  ([beta1, beta2]: readonly [number, number], epsilon: number): Transformation =>
  (d, site) => {
    const m = site.slot('adam.m', (previous) => add(mul(previous, beta1), d));
    const v = site.slot('adam.v', (previous) => add(mul(previous, beta2), square(d)));
    const c1 = site.shared('adam.c1', (previous) => add(mul(previous, beta1), 1));
    const root = sqrt(site.shared('adam.c2', (previous) => add(mul(previous, beta2), 1)));
    return mul(div(root, c1), div(m, add(sqrt(v), mul(root, epsilon))));
  };

export interface AdamOptions {
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
  /** Which weights decay, by name; all unless told. */
  decay?: (name: string) => boolean;
}

export interface SgdOptions {
  momentum?: number;
  nesterov?: boolean;
  weightDecay?: number;
  decay?: (name: string) => boolean;
}

export const sgd = ({ momentum = 0, nesterov = false, weightDecay = 0, decay }: SgdOptions = {}): Transformation =>
  chain(addDecayedWeights(weightDecay, decay), trace(momentum, nesterov));

/** Adam with L2 regularisation in the gradient, as `torch.optim.Adam` has it. */
export const adam = ({ betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, decay }: AdamOptions = {}): Transformation =>
  chain(addDecayedWeights(weightDecay, decay), scaleByAdam(betas, eps));

/** Adam with decoupled weight decay, as `torch.optim.AdamW` has it. */
export const adamw = ({
  betas = [0.9, 0.999],
  eps = 1e-8,
  weightDecay = 0.01,
  decay,
}: AdamOptions = {}): Transformation => chain(scaleByAdam(betas, eps), addDecayedWeights(weightDecay, decay));
