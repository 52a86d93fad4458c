import type { GradientsByWeight, Mask } from 'lethe/method';

/** 1 for the given share of all elements, those with the largest |gradient| over all weights together, 0 elsewhere. */
export function salient(gradient: GradientsByWeight, share: number): Mask {
  const weights = [...gradient.values()];
  const all = new Float32Array(weights.reduce((count, { length }) => count + length, 0));
  let at = 0;
  for (const weight of weights) {
    all.set(
      weight.map((value) => Math.abs(value)),
      at,
    );
    at += weight.length;
  }
  all.sort();
  const kept = Math.max(1, Math.floor(all.length * share));
  const threshold = all[all.length - kept]!;
  return new Map(
    [...gradient].map(([name, weight]) => [name, weight.map((value) => Number(Math.abs(value) >= threshold))]),
  );
}
