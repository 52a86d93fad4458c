import type { Tensor } from '../tensor';

/** Where an update happens: one weight, and the state that a transformation keeps for it. */
export interface Site {
  readonly weight: Tensor;
  readonly name: string;
  /** State of the weight's shape, zero at first; `next` gives its new value, which is returned. */
  slot(name: string, next: (previous: Tensor) => Tensor): Tensor;
  /** A scalar of state that all weights share, zero at first. */
  shared(name: string, next: (previous: Tensor) => Tensor): Tensor;
}

/** One step of an optimiser: from a gradient, or what an earlier transformation made of it, to a better direction. */
export type Transformation = (direction: Tensor, site: Site) => Tensor;

/** An optimiser gives the direction d; the training step then sets weight := weight - learningRate * d. */
export type Optimiser = Transformation;

export const chain =
  (...transformations: Transformation[]): Transformation =>
  (direction, site) =>
    transformations.reduce((d, transform) => transform(d, site), direction);
