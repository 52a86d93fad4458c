import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { add, constant, grad, interpret, mul, type Tensor } from '../../engine';
import { topological } from '../../engine/tensor';
import type { SetName } from '..';
import type { Method } from '../method';
import { type Classes, contextOf, objectiveOf, outputOf } from './objective-of';

/** A loss on random features as another implementation computed it in float64. */
export interface LossCase {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly batch: number;
  readonly dim: number;
  /** Of the sets whose samples have one. */
  readonly labels?: Partial<Readonly<Record<SetName, readonly number[]>>>;
  readonly classes?: number;
  /** `forget.image`, `retain.text`, `original.retain.image`, `forget.prompts`, `retain.scale` and the like, flattened. */
  readonly features: Readonly<Record<string, readonly number[]>>;
  readonly terms: Readonly<Record<string, number>>;
  readonly loss: number;
  /** By the name of the features; every one that a gradient is given for is compared. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** The numbers that `parity.py` left beside a plugin. Not imported: tsc does not carry JSON into dist. */
export function readParity<T>(plugin: string): T {
  return JSON.parse(readFileSync(join(packageRoot, 'plugins', plugin, 'parity.json'), 'utf8'));
}

const packageRoot = resolve(__dirname, '../../../..');

/** The greatest distance of the method's loss, terms and gradients from the case's, relative where they exceed 1. */
export async function distanceFrom(method: Method, expected: LossCase): Promise<number> {
  const { batch, dim, features, labels = {}, classes = 0 } = expected;
  const output = (prefix: string, set: SetName) => {
    const own = labels[set];
    const known: Classes | undefined = own && { classes, labels: own };
    return `${prefix}${set}.image` in features ? outputOf(`${prefix}${set}`, batch, dim, known) : undefined;
  };
  const both = (prefix: string) => ({ forget: output(prefix, 'forget'), retain: output(prefix, 'retain') });
  const { objective } = await objectiveOf(method, expected.parameters);
  const terms = objective(contextOf(both(''), { original: both('original.') }));
  const loss = Object.values(terms).reduce(
    (total: Tensor, [weight, term]) => add(total, mul(weight, term)),
    constant([0], []),
  );
  const wrt = Object.keys(expected.gradients);
  const found = interpret(
    [
      loss,
      ...Object.keys(expected.terms).map((name) => terms[name]![1]),
      ...grad(
        loss,
        wrt.map((name) => leaf(loss, name)),
      ),
    ],
    features,
  );
  const target = [
    [expected.loss],
    ...Object.values(expected.terms).map((value) => [value]),
    ...Object.values(expected.gradients),
  ];
  if (wrt.length === 0 || Object.keys(expected.terms).length !== Object.keys(terms).length)
    throw new Error('the case does not cover the loss');
  return Math.max(...target.map((values, i) => distance(found[i]!.data, values)));
}

/** The greatest difference of two lists, relative where the expected value exceeds 1. */
export function distance(found: ArrayLike<number>, expected: readonly number[]): number {
  if (found.length !== expected.length) throw new Error(`${found.length} values, not ${expected.length}`);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value) / Math.max(1, Math.abs(value))));
}

/** The parameter of that name which the loss reads. */
function leaf(loss: Tensor, name: string): Tensor {
  const node = topological([loss]).find(({ op, attributes }) => op === 'parameter' && attributes.name === name);
  if (!node) throw new Error(`the loss does not read ${name}`);
  return { ...node.outputs[0]!, node, index: 0 };
}
