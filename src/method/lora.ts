import { type ClipConfig, parameterShapes } from '../clip';
import { add, matmul, mul, parameter, reshape, size, type Tensor } from '../engine';
import type { Trainable } from './trainable';

/**
 * Low-rank adaptation (Hu et al. 2021, https://arxiv.org/abs/2106.09685): a weight [O, ...] becomes W + alpha / rank * B A with
 * B [O, rank] and A [rank, ...]; only B and A are trained, and the stage ends with their product merged into W.
 */
export interface Lora {
  readonly rank: number;
  readonly alpha: number;
}

/** Names under which a step keeps the factors of a weight. */
export const factorOf = {
  a: (name: string) => `lora.a/${name}`,
  b: (name: string) => `lora.b/${name}`,
};

/** One adapted weight: O rows of `inputs` numbers. */
export interface Adapter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly outputs: number;
  readonly inputs: number;
}

/** The selected weights that a product of two factors can change: matrices and convolutions, not biases, norms or embeddings. */
export function adaptersOf(config: ClipConfig, selected: Trainable): Adapter[] {
  return [...parameterShapes(config)]
    .filter(([name, shape]) => selected(name) && shape.length >= 2 && !name.includes('embedding'))
    .map(([name, shape]) => ({ name, shape, outputs: shape[0]!, inputs: size(shape.slice(1)) }));
}

/** The factors as parameters, and what the model computes with in each adapted weight's place. */
export function adapt(adapters: readonly Adapter[], { rank, alpha }: Lora) {
  const factors = new Map(
    adapters.map(({ name, outputs, inputs }) => [
      name,
      { a: parameter(factorOf.a(name), [rank, inputs]), b: parameter(factorOf.b(name), [outputs, rank]) },
    ]),
  );
  return {
    parameters: [...factors.values()].flatMap(({ a, b }) => [a, b]),
    adapt: (weight: Tensor, name: string): Tensor => {
      const found = factors.get(name);
      if (!found) return weight;
      return add(weight, reshape(mul(alpha / rank, matmul(found.b, found.a)), weight.shape));
    },
  };
}
