import { type Cell, cellsOf, digestOf, type Facts, originalName } from './cells';
import type { Table } from './definition';
import { type Failure, fill } from './fill';
import { page } from './page';
import { type CellResult, Results } from './results';

export interface ReproduceOptions {
  readonly facts: Facts;
  readonly run: (cell: Cell) => Promise<CellResult>;
  /** Where finished cells are kept. */
  readonly file: string;
  /** Of the names, with the table's name before them; others are left as they are. */
  readonly only?: RegExp;
  readonly seeds?: readonly number[];
  readonly jobs: number;
}

export interface Reproduced {
  readonly page: string;
  readonly failures: readonly Failure[];
}

/** Runs the cells that are missing, keeping each as soon as it is done, and makes the page of all that are there. */
export async function reproduce(table: Table, options: ReproduceOptions): Promise<Reproduced> {
  const { facts, run, file, only, seeds, jobs } = options;
  const digested = async (cells: readonly Cell[]) =>
    Promise.all(cells.map(async (cell) => ({ cell, digest: await digestOf(cell, facts) })));
  const wanted = await digested(cellsOf(table, seeds));
  // Other seeds than the table's are no reason to drop what the table's own found.
  const keep = seeds ? [...wanted, ...(await digested(cellsOf(table)))] : wanted;
  const results = await Results.open(file, new Set(keep.map(({ digest }) => digest)));

  const chosen = wanted.filter(({ cell }) => !only || only.test(`${table.name} ${cell.name}`));
  const needed = new Set(chosen.flatMap(({ cell }) => originalsOf(cell)));
  const pending = wanted.filter(
    ({ cell, digest }) => !results.get(digest) && (chosen.some((each) => each.cell === cell) || needed.has(cell.name)),
  );
  const failures = await fill(pending, results, { run, jobs });

  const command = `npm run reproduce -- --table ${table.name}${seeds ? ` --seeds ${seeds.join(',')}` : ''}`;
  const done = wanted.filter(({ digest }) => results.get(digest)).length;
  return { page: page(table, results.byName(), { command, seeds, done, cells: wanted.length }), failures };
}

/** The cells that a run is compared with. */
const originalsOf = (cell: Cell): string[] =>
  cell.kind === 'run' ? cell.task.views.map(({ name }) => originalName(name, cell.model)) : [];
