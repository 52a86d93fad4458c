import { add, layerNorm, matmul, type Tensor } from '../../engine';

/** Finds a weight by its canonical name. */
export type Lookup = (name: string) => Tensor;

/** The weights whose names start with `prefix`, by the rest of their names. */
export const within =
  (weights: Lookup, prefix: string): Lookup =>
  (name) =>
    weights(prefix + name);

/** x [..., I] times a stored [O, I] matrix, plus its bias. */
export const linear = (x: Tensor, weights: Lookup, name: string): Tensor =>
  add(matmul(x, weights(`${name}.weight`), { transposeB: true }), weights(`${name}.bias`));

export const norm = (x: Tensor, weights: Lookup, name: string, epsilon: number): Tensor =>
  layerNorm(x, weights(`${name}.weight`), weights(`${name}.bias`), epsilon);
