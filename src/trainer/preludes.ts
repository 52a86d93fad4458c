import { hoist, type Prelude, type Program, storedPerSample, type Weights } from '../engine';
import type { BatchName } from '../method';
import { createSession } from '../runtime';
import type { Draw } from './draws';
import type { RunContext } from './run-context';
import { type Feed, fixedInputs, stepFeeds } from './step-feeds';

/** What may be kept in memory of frozen computations; beyond it they are done again in every step. */
const BUDGET_BYTES = 1 << 30;

type Rows = Partial<Readonly<Record<BatchName, readonly number[]>>>;

/** A step without what no trainable weight reaches, and what to feed in its place. */
export interface HoistedStep {
  readonly body: Program;
  readonly feeds: (rows: Rows) => Record<string, Feed>;
}

/**
 * Runs a step's frozen part once for each sample, before the first step: with only the last layers trainable, that is
 * nearly all of a forward pass.
 */
export async function hoistStep(
  context: RunContext,
  program: Program,
  sizes: Readonly<Record<string, number>>,
  draw: Draw,
): Promise<HoistedStep> {
  const { body, preludes } = withinBudget(context, program, sizes);
  const owners = { model: context.weights, original: context.original };
  const direct = await stepFeeds(body, context.prepared, owners, context.towers, draw);
  const kept: ((rows: Rows) => Record<string, Feed>)[] = [];
  for (const prelude of preludes) kept.push(await keep(context, prelude, owners, sizes, draw));
  return { body, feeds: (rows) => Object.assign(direct(rows), ...kept.map((feeds) => feeds(rows))) };
}

function withinBudget({ prepared }: RunContext, program: Program, sizes: Readonly<Record<string, number>>) {
  const hoisted = hoist(program, fixedInputs());
  const large = hoisted.preludes
    .filter(({ set }) => set !== null)
    .filter((prelude) => {
      const samples = prepared.sets.get(prelude.set as BatchName)!.size;
      return storedPerSample(prelude, sizes[prelude.set!]!) * samples * 4 > BUDGET_BYTES;
    });
  if (large.length === 0) return hoisted;
  const left = new Set(large.map(({ set }) => set));
  return hoist(program, Object.fromEntries(Object.entries(fixedInputs()).filter(([, set]) => !left.has(set))));
}

async function keep(
  context: RunContext,
  { set, program }: Prelude,
  owners: Readonly<Record<'model' | 'original', Weights>>,
  sizes: Readonly<Record<string, number>>,
  draw: Draw,
): Promise<(rows: Rows) => Record<string, Feed>> {
  const feeds = await stepFeeds(program, context.prepared, owners, context.towers, draw);
  const session = await createSession(program, context.compute);
  try {
    session.loadState(context.weights);
    if (set === null) {
      const values = await session.run(feeds({}));
      return () => values;
    }
    const name = set as BatchName;
    const count = context.prepared.sets.get(name)!.size;
    const size = sizes[set]!;
    const stored = new Map<string, Float32Array[]>(Object.keys(program.outputs).map((key) => [key, []]));
    for (let start = 0; start < count; start += size) {
      // a short last batch is filled up; what is computed of the filling is not stored
      const rows = Array.from({ length: size }, (_, i) => Math.min(start + i, count - 1));
      const values = await session.run(feeds({ [name]: rows }));
      for (const [key, all] of stored) {
        const value = values[key] as Float32Array;
        const width = value.length / size;
        for (let i = 0; i < Math.min(size, count - start); i++) all.push(value.slice(i * width, (i + 1) * width));
      }
      await context.breathe();
    }
    return (rows) => Object.fromEntries([...stored].map(([key, all]) => [key, gathered(all, rows[name]!)]));
  } finally {
    await session.dispose();
  }
}

function gathered(stored: readonly Float32Array[], rows: readonly number[]): Float32Array {
  const width = stored[0]!.length;
  const joined = new Float32Array(width * rows.length);
  rows.forEach((row, i) => {
    joined.set(stored[row]!, i * width);
  });
  return joined;
}
