/** θ + scale sqrt(F) N(0, 1), element by element; `normal` gives the next standard normal number. */
export const scrambled = (
  weight: Float32Array,
  fisher: Float32Array,
  scale: number,
  normal: () => number,
): Float32Array => weight.map((value, i) => value + scale * Math.sqrt(fisher[i]!) * normal());
