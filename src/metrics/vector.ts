/** The vector at length 1. A zero vector has no direction and stays zero. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

/** Inner product of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Index of the candidate with the largest inner product; the first of equals. */
export function nearest(feature: Float32Array, candidates: readonly Float32Array[]): number {
  let best = 0;
  const scores = candidates.map((candidate) => dot(feature, candidate));
  for (let c = 1; c < scores.length; c++) if (scores[c]! > scores[best]!) best = c;
  return best;
}
