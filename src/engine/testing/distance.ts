/** Largest difference, relative to b's largest value where that is above 1. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [difference, scale] = [0, 1e-9];
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return difference / Math.max(scale, 1);
};
