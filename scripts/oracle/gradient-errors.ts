/** A tensor's gradient: its norm, and how far another computation of it is away (L2). */
export interface GradientDistance {
  readonly name: string;
  readonly norm: number;
  readonly distance: number;
}

export interface GradientError {
  /** Of all tensors as one vector, relative to it. */
  readonly all: number;
  readonly worst: { readonly name: string; readonly error: number };
}

/** A key's bias has no gradient, since softmax ignores a shift: what is below this part of the whole is rounding. */
const NOTHING = 1e-6;

export function gradientError(tensors: readonly GradientDistance[]): GradientError {
  const worst = significant(tensors)
    .map(({ name, norm, distance }) => ({ name, error: distance / norm }))
    .reduce((a, b) => (b.error > a.error ? b : a), { name: '', error: 0 });
  return { all: Math.hypot(...tensors.map(({ distance }) => distance)) / whole(tensors), worst };
}

export interface Quotients {
  readonly median: number;
  readonly largest: { readonly name: string; readonly quotient: number };
}

/** The error of `ours` over that of `theirs`, tensor by tensor; both have the same tensors. */
export function errorQuotients(ours: readonly GradientDistance[], theirs: readonly GradientDistance[]): Quotients {
  const other = new Map(theirs.map(({ name, distance }) => [name, distance]));
  const quotients = significant(ours)
    .map(({ name, distance }) => ({ name, quotient: distance / other.get(name)! }))
    .sort((a, b) => a.quotient - b.quotient);
  return { median: quotients[quotients.length >> 1]!.quotient, largest: quotients.at(-1)! };
}

const whole = (tensors: readonly GradientDistance[]): number => Math.hypot(...tensors.map(({ norm }) => norm));

function significant(tensors: readonly GradientDistance[]): GradientDistance[] {
  const least = NOTHING * whole(tensors);
  return tensors.filter(({ norm }) => norm > least);
}
