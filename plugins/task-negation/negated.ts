/** θ0 - a (θ_ft - θ0), element by element; a weight that fine-tuning left alone keeps its bits. */
export const negated = (tuned: Float32Array, original: Float32Array, a: number): Float32Array =>
  original.map((value, i) => value - a * (tuned[i]! - value));
