import { add, constant, type LayerStatistics, l2norm, sub, type Tensor, type Weights } from 'lethe/method';

/** Mean and variance [C] that a layer's input should have, by layer. */
export type Targets = ReadonlyMap<string, { readonly mean: Float32Array; readonly variance: Float32Array }>;

/** The running statistics of the original's BatchNorms; empty for a tower without. */
function runningStatistics(original: Weights): Targets {
  const norms = [...original.keys()]
    .filter((name) => name.startsWith('visual.') && name.endsWith('.running_mean'))
    .map((name) => name.slice(0, -'.running_mean'.length));
  const statistic = (norm: string, which: string) => original.get(`${norm}.running_${which}`)!.data;
  return new Map(norms.map((norm) => [norm, { mean: statistic(norm, 'mean'), variance: statistic(norm, 'var') }]));
}

/** sum_l ||mean_l - mu_l|| + ||var_l - sigma2_l||. */
export function misalignment(statistics: LayerStatistics, targets: Targets): Tensor {
  const vector = (values: Float32Array) => constant(values, [values.length]);
  return [...targets]
    .map(([layer, target]) => {
      const { mean, variance } = statistics.get(layer)!;
      return add(l2norm(sub(mean, vector(target.mean))), l2norm(sub(variance, vector(target.variance))));
    })
    .reduce((a, b) => add(a, b));
}

/** Statistics as outputs of a set's batches: their means are what is recorded. */
export const flat = (statistics: LayerStatistics) =>
  Object.fromEntries(
    [...statistics].flatMap(([layer, { mean: center, variance }]) => [
      [`${layer} mean`, center],
      [`${layer} variance`, variance],
    ]),
  );

/** BatchNorm's running statistics; of a tower without, those of the tokens over the calibration set. */
export async function targetsOf(
  original: Weights,
  record: () => Promise<ReadonlyMap<string, Float32Array>>,
): Promise<Targets> {
  const running = runningStatistics(original);
  if (running.size > 0) return running;
  const recorded = await record();
  const layers = [...recorded.keys()]
    .filter((name) => name.endsWith(' mean'))
    .map((name) => name.slice(0, -' mean'.length));
  return new Map(
    layers.map((layer) => [
      layer,
      { mean: recorded.get(`${layer} mean`)!, variance: recorded.get(`${layer} variance`)! },
    ]),
  );
}
