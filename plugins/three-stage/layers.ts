import type { GradientsByWeight } from 'lethe/method';

/** A weight tensor with how much more the forget set depends on it than the retain set. */
export interface RelativeFisher {
  readonly name: string;
  readonly ratio: number;
}

/** I_l = mean_Df ||d sim / d θ_l||^2 / mean_Dr ||d sim / d θ_l||^2, of squared gradients; the highest first. */
export function relativeFisher(forget: GradientsByWeight, retain: GradientsByWeight): RelativeFisher[] {
  const length = (squares: Float32Array) => squares.reduce((sum, value) => sum + value, 0);
  return [...forget]
    .flatMap(([name, squares]) => {
      const other = retain.get(name);
      const ratio = other ? length(squares) / length(other) : Number.NaN;
      return Number.isFinite(ratio) ? [{ name, ratio }] : [];
    })
    .sort((a, b) => b.ratio - a.ratio);
}
