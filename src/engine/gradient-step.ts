import { connected, grad } from './autodiff/grad';
import { add, mul, square } from './ops';
import { optimise } from './passes';
import { nameOf, type Program, programOf } from './program';
import { input, parameter, type Tensor } from './tensor';

export interface GradientStep {
  /** A scalar. It is the output named `loss`. */
  loss: Tensor;
  /** More scalars to report, by name. */
  terms?: Readonly<Record<string, Tensor>>;
  /** Parameters whose gradients are taken; those the loss does not depend on have none. */
  wrt: readonly Tensor[];
  /** Squares the gradients before they are added. */
  squared?: boolean;
}

const PREFIX = 'gradient/';

/** The parameter whose gradient a state of `gradientStep` sums up; undefined for a state that is no such sum. */
export const summedOf = (state: string): string | undefined =>
  state.startsWith(PREFIX) ? state.slice(PREFIX.length) : undefined;

/**
 * One batch of a sum of gradients as a program: adds the gradient (or its square) times the scalar input `weight` to a
 * sum for each parameter, zero at first. The parameters stay as they are.
 */
export function gradientStep({ loss, terms = {}, wrt, squared = false }: GradientStep): Program {
  const names = Object.keys(terms);
  // one object for each distinct expression first, so that a parameter named twice is one weight
  const [root, ...rest] = optimise([loss, ...Object.values(terms), ...wrt]);
  const found = connected(root!, rest.slice(names.length));
  if (found.length === 0) throw new Error('gradientStep: the loss depends on none of the parameters');
  const weight = input('weight', []);
  const sums = grad(root!, found).map((g, i) => {
    const key = PREFIX + nameOf(found[i]!);
    const next = add(parameter(key, g.shape), mul(weight, squared ? square(g) : g));
    return [key, { next, initial: 'zeros' as const }] as const;
  });
  return programOf({ loss: root!, ...Object.fromEntries(names.map((name, i) => [name, rest[i]!])) }, new Map(sums));
}
