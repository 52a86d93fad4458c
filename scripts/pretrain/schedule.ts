/** One cycle: linear warm-up over the first share of the steps, then half a cosine down to nearly zero. */
export function learningRate(step: number, steps: number, peak: number, warmup = 0.06): number {
  const rising = warmup * steps;
  if (step < rising) return peak * Math.max(0.02, step / rising);
  return peak * Math.max(0.002, 0.5 * (1 + Math.cos((Math.PI * (step - rising)) / (steps - rising))));
}
