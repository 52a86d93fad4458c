import type { Program, Weights } from '../engine';
import { BATCH_NAMES, type BatchName } from '../method';
import { inputName, type Owner } from '../method/input-name';
import { type Draw, otherClasses } from './draws';
import type { PreparedSet, PreparedSets } from './prepared-set';
import { RunFailure } from './stop';
import { joined, type Towers } from './towers';

export type Feed = Float32Array | BigInt64Array;
type Rows = Partial<Readonly<Record<BatchName, readonly number[]>>>;

/**
 * What fills each input a step reads. Inputs that stand for frozen features are computed here, once for every sample,
 * before the first step: the original's and those of a tower in which nothing moves.
 */
export async function stepFeeds(
  program: Program,
  prepared: PreparedSets,
  weights: Readonly<Record<Owner, Weights>>,
  towers: Towers,
  draw: Draw,
): Promise<(rows: Rows) => Record<string, Feed>> {
  const fixed: Record<string, Feed> = {};
  const perSample = new Map<string, { set: BatchName; rows: readonly Feed[] }>();
  const known = knownInputs();

  for (const { name, shape } of program.inputs) {
    const input = known.get(name);
    if (!input) continue; // The learning rate and what is drawn anew in each step, which the loop feeds.
    const owned = weights[input.owner];
    const table = prepared.tokens.slice(0, shape[0]);
    if (input.kind === 'table') fixed[name] = joined(BigInt64Array, table);
    else if (input.kind === 'logitScale') fixed[name] = owned.get('logit_scale')!.data;
    else if (input.kind === 'tableFeatures') fixed[name] = joined(Float32Array, await towers.texts(owned, table));
    else if ('set' in input)
      perSample.set(name, { set: input.set, rows: await sampleRows(input, prepared, owned, towers, draw) });
  }

  return (rows) => {
    const feeds = { ...fixed };
    for (const [name, { set, rows: all }] of perSample) {
      const chosen = rows[set]!.map((i) => all[i]!);
      feeds[name] =
        chosen[0] instanceof BigInt64Array
          ? joined(BigInt64Array, chosen as BigInt64Array[])
          : joined(Float32Array, chosen as Float32Array[]);
    }
    return feeds;
  };
}

type SampleInput = {
  readonly kind: 'pixels' | 'tokens' | 'captions' | 'labels' | 'otherLabels' | 'imageFeatures' | 'textFeatures';
  readonly set: BatchName;
  readonly owner: Owner;
};
type KnownInput = SampleInput | { readonly kind: 'table' | 'tableFeatures' | 'logitScale'; readonly owner: Owner };

/** The input's row of every sample of its set. */
async function sampleRows(
  { kind, set: name }: SampleInput,
  prepared: PreparedSets,
  weights: Weights,
  towers: Towers,
  draw: Draw,
): Promise<readonly Feed[]> {
  const set = prepared.sets.get(name);
  if (!set) throw new Error(`internal: the step reads the ${name} set, which was not prepared`);
  switch (kind) {
    case 'pixels':
      return set.pixels;
    case 'tokens':
      return set.captions.map((row) => prepared.tokens[row]!);
    case 'captions':
      return int64(set.captions);
    case 'labels':
      return int64(labelsOf(name, set));
    case 'otherLabels':
      if (prepared.classes < 2) throw new RunFailure('REFUSED', 'there is no other class to give a sample');
      return int64(otherClasses(labelsOf(name, set), prepared.classes, draw, `other class of ${name}`));
    case 'imageFeatures':
      return towers.images(weights, set.pixels);
    case 'textFeatures': {
      const texts = await towers.texts(weights, prepared.tokens);
      return set.captions.map((row) => texts[row]!);
    }
  }
}

function labelsOf(name: BatchName, { labels }: PreparedSet): readonly number[] {
  if (!labels) throw new RunFailure('REFUSED', `the method needs classes, and a sample of the ${name} set has none`);
  return labels;
}

const int64 = (values: readonly number[]) => values.map((value) => BigInt64Array.of(BigInt(value)));

/** Which set's samples each input's rows belong to; null for an input that is the same in every step. */
export const fixedInputs = (): Record<string, BatchName | null> =>
  Object.fromEntries([...knownInputs()].map(([name, input]) => [name, 'set' in input ? input.set : null]));

/** Every name that `inputName` can give, and what it means. */
function knownInputs(): Map<string, KnownInput> {
  const known = new Map<string, KnownInput>([[inputName.table, { kind: 'table', owner: 'model' }]]);
  for (const owner of ['model', 'original'] as const) {
    known.set(inputName.tableFeatures(owner), { kind: 'tableFeatures', owner });
    known.set(inputName.logitScale(owner), { kind: 'logitScale', owner });
    for (const set of BATCH_NAMES) {
      known.set(inputName.imageFeatures(owner, set), { kind: 'imageFeatures', set, owner });
      known.set(inputName.textFeatures(owner, set), { kind: 'textFeatures', set, owner });
      known.set(inputName.labels(set, 'other'), { kind: 'otherLabels', set, owner });
      for (const kind of ['pixels', 'tokens', 'captions', 'labels'] as const) {
        known.set(inputName[kind](set), { kind, set, owner });
      }
    }
  }
  return known;
}
