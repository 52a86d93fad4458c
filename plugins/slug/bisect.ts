import type { Accuracies } from 'lethe/method';

export interface Found {
  readonly rho: number;
  readonly forget: number;
  readonly retain: number;
}

/**
 * The shortest step that forgets: lengthened twofold until the forget accuracy is at most `threshold`, then bisected.
 * Ends early where the retain accuracy is whole. Of what was tried, the best by retain less forget accuracy.
 */
export async function bisect(
  start: number,
  steps: number,
  whole: number,
  threshold: number,
  accuracies: (rho: number) => Promise<Accuracies>,
): Promise<Found> {
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  let best: Found = { rho: 0, forget: 1, retain: 0 };
  for (let rho = start, i = 0; i < steps; i++) {
    const { forget = 1, retain = 0 } = await accuracies(rho);
    if (retain - forget >= best.retain - best.forget) best = { rho, forget, retain };
    const forgotten = forget <= threshold;
    if (forgotten && retain >= whole) break;
    if (forgotten) high = rho;
    else low = rho;
    rho = high === Number.POSITIVE_INFINITY ? 2 * rho : (low + high) / 2;
  }
  return best;
}
