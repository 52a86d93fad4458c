import { connected, grad } from './autodiff/grad';
import { add, div, greater, maximum, mul, sqrt, square, sub, sum, where } from './ops';
import type { Optimiser } from './optimisers';
import { optimise } from './passes';
import { describe, input, parameter, type Tensor, topological } from './tensor';

/** A tensor that a program keeps from run to run, by name. Without `next` it is frozen: read, never written. */
export interface StateSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Weights are given before the first run; an optimiser's moments start at zero. */
  readonly initial: 'given' | 'zeros';
  readonly next?: Tensor;
}

/** What a session compiles: named inputs fed at each run, state carried from run to run, named outputs. */
export interface Program {
  readonly inputs: readonly { name: string; shape: readonly number[]; dtype: Tensor['dtype'] }[];
  readonly state: readonly StateSpec[];
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A program that only computes `outputs`. */
export const forward = (outputs: Readonly<Record<string, Tensor>>): Program => programOf(outputs, new Map());

export interface TrainingStep {
  /** A scalar. It is the output named `loss`. */
  loss: Tensor;
  /** More scalars to report, by name. */
  terms?: Readonly<Record<string, Tensor>>;
  /** Parameters to update. Those the loss does not depend on are left as they are, as optimisers leave weights without gradient. */
  trainable: readonly Tensor[];
  optimiser: Optimiser;
  /** Scales all gradients together so that their joint Euclidean norm is at most this. */
  clipNorm?: number;
  /** Of a weight, the elements that move: those where its mask, of its shape and by its name, is above 0. All others keep their bits. */
  masks?: ReadonlyMap<string, Tensor>;
  /**
   * Which weights move in this step, decided from all their gradients, by name: a weight whose scalar is not above 0 keeps its bits. Its
   * moments take the gradient in all the same.
   */
  gates?: (gradients: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>;
  /** Decay of an exponential moving average of the trained weights: state named by `averageOf`, given at first. */
  average?: number;
  /** Limits of single weights after the update, by name: CLIP keeps its logit scale in [0, ln 100]. */
  limits?: Readonly<Record<string, readonly [number, number]>>;
  /** State that the forward pass writes, such as running statistics: name to new value. */
  updates?: Readonly<Record<string, Tensor>>;
}

/** One whole step, forward, backward and update, as a single program. Its input `learningRate` is a scalar. */
export function trainingStep(step: TrainingStep): Program {
  const names = Object.keys(step.terms ?? {});
  const updated = Object.keys(step.updates ?? {});
  // one object for each distinct expression first, so that a parameter named twice is one weight
  const [loss, ...rest] = optimise([
    step.loss,
    ...Object.values(step.terms ?? {}),
    ...Object.values(step.updates ?? {}),
    ...step.trainable,
  ]);
  const terms = rest.slice(0, names.length);
  const updates = rest.slice(names.length, names.length + updated.length);
  const trainable = connected(loss!, rest.slice(names.length + updated.length));
  if (trainable.length === 0) throw new Error('trainingStep: the loss depends on none of the trainable parameters');

  const next = new Map<string, { next: Tensor; initial: StateSpec['initial'] }>();
  const gradients = grad(loss!, trainable);
  const gates = step.gates?.(new Map(trainable.map((weight, i) => [nameOf(weight), gradients[i]!])));
  const directions = clipped(gradients, step.clipNorm);
  const rate = input('learningRate', []);
  trainable.forEach((weight, i) => {
    const name = nameOf(weight);
    const slot = (key: string, shape: readonly number[]) => (rule: (previous: Tensor) => Tensor) => {
      const known = next.get(key);
      if (known) return known.next;
      const value = rule(parameter(key, shape));
      next.set(key, { next: value, initial: 'zeros' });
      return value;
    };
    const direction = step.optimiser(directions[i]!, {
      weight,
      name,
      slot: (key, rule) => slot(`${key}/${name}`, weight.shape)(rule),
      shared: (key, rule) => slot(key, [])(rule),
    });
    const moved = sub(weight, mul(rate, direction));
    const limit = step.limits?.[name];
    const limited = limit ? bounded(moved, limit) : moved;
    const held = [step.masks?.get(name), gates?.get(name)].filter((part) => part !== undefined);
    const value = held.reduce((all, part) => where(greater(part, 0), all, weight), limited);
    next.set(name, { next: value, initial: 'given' });
    if (step.average === undefined) return;
    const key = averageOf(name);
    const average = parameter(key, weight.shape);
    next.set(key, { next: add(mul(average, step.average), mul(value, 1 - step.average)), initial: 'given' });
  });
  for (const [i, name] of updated.entries()) next.set(name, { next: updates[i]!, initial: 'given' });
  return programOf({ loss: loss!, ...Object.fromEntries(names.map((name, i) => [name, terms[i]!])) }, next);
}

/** Name of the state that averages a weight over the steps. */
export const averageOf = (weight: string): string => `average/${weight}`;

const bounded = (x: Tensor, [low, high]: readonly [number, number]): Tensor =>
  sub(0, maximum(sub(0, maximum(x, low)), -high));

/** The joint norm's clipping of `torch.nn.utils.clip_grad_norm_`. */
function clipped(gradients: readonly Tensor[], limit: number | undefined): readonly Tensor[] {
  if (limit === undefined) return gradients;
  const norm = sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
  const factor = div(limit, maximum(add(norm, 1e-6), limit));
  return gradients.map((g) => mul(g, factor));
}

/** The name of a parameter; throws for any other tensor. */
export function nameOf(weight: Tensor): string {
  if (weight.node.op !== 'parameter') throw new Error(`only parameters can be trained, not ${describe(weight)}`);
  return weight.node.attributes.name;
}

/** All tensors that a program computes, outputs first. */
export const rootsOf = ({ outputs, state }: Program): Tensor[] => [
  ...Object.values(outputs),
  ...state.flatMap(({ next }) => (next ? [next] : [])),
];

/** The program after a rewriting of its graph, which takes `rootsOf` it and gives as many tensors in the same order. */
export function rebuilt(original: Program, transform: (roots: Tensor[]) => Tensor[]): Program {
  const roots = transform(rootsOf(original));
  const names = Object.keys(original.outputs);
  const written = original.state.filter(({ next }) => next);
  const next = written.map(({ name, initial }, i) => [name, { next: roots[names.length + i]!, initial }] as const);
  return programOf(Object.fromEntries(names.map((name, i) => [name, roots[i]!])), new Map(next));
}

/** A program of these outputs and next values: optimises the graph and lists what it reads. */
export function programOf(
  outputs: Readonly<Record<string, Tensor>>,
  next: ReadonlyMap<string, { next: Tensor; initial: StateSpec['initial'] }>,
): Program {
  const keys = [...next.keys()];
  const names = Object.keys(outputs);
  const roots = optimise([...Object.values(outputs), ...[...next.values()].map((entry) => entry.next)]);
  const written = new Map(keys.map((key, i) => [key, roots[names.length + i]!]));
  const inputs: Program['inputs'][number][] = [];
  const state = new Map<string, StateSpec>();
  for (const node of topological(roots)) {
    if (node.op === 'input') inputs.push(node.attributes);
    if (node.op !== 'parameter') continue;
    const { name, shape } = node.attributes;
    if (state.has(name)) throw new Error(`parameter '${name}' is used with two shapes`);
    state.set(name, { name, shape, initial: next.get(name)?.initial ?? 'given', next: written.get(name) });
  }
  const repeated = inputs.map((i) => i.name).find((name, i, all) => all.indexOf(name) !== i || state.has(name));
  if (repeated) throw new Error(`'${repeated}' names two different tensors`);
  for (const [name, root] of written) {
    if (!state.has(name)) state.set(name, { name, shape: root.shape, initial: next.get(name)!.initial, next: root });
  }
  return { inputs, state: [...state.values()], outputs: Object.fromEntries(names.map((name, i) => [name, roots[i]!])) };
}
