import { type Cell, cellsOf, digestOf, type Facts, originalName } from './cells';
import type { Table } from './definition';
import { page } from './page';
import { Progress } from './progress';
import { type CellResult, Results } from './results';

export interface ReproduceOptions {
  readonly laboratory: Facts & { run(cell: Cell): Promise<CellResult> };
  /** Where finished cells are kept. */
  readonly file: string;
  /** Of the names, with the table's name before them; others are left as they are. */
  readonly only?: RegExp;
  readonly seeds?: readonly number[];
  readonly jobs: number;
}

export interface Reproduced {
  readonly page: string;
  /** Cells that could not be run. */
  readonly failures: readonly { readonly name: string; readonly message: string }[];
}

/** Runs the cells that are missing, keeping each as soon as it is done, and makes the page of all that are there. */
export async function reproduce(table: Table, options: ReproduceOptions): Promise<Reproduced> {
  const { laboratory, file, only, seeds, jobs } = options;
  const digested = async (cells: readonly Cell[]) =>
    Promise.all(cells.map(async (cell) => ({ cell, digest: await digestOf(cell, laboratory) })));
  const wanted = await digested(cellsOf(table, seeds));
  // Other seeds than the table's are no reason to drop what the table's own found.
  const keep = seeds ? [...wanted, ...(await digested(cellsOf(table)))] : wanted;
  const results = await Results.open(file, new Set(keep.map(({ digest }) => digest)));

  const chosen = wanted.filter(({ cell }) => !only || only.test(`${table.name} ${cell.name}`));
  const needed = new Set(chosen.flatMap(({ cell }) => originalsOf(cell)));
  const pending = wanted.filter(
    ({ cell, digest }) => !results.get(digest) && (chosen.some((each) => each.cell === cell) || needed.has(cell.name)),
  );
  const failures: { name: string; message: string }[] = [];
  const progress = new Progress(pending.length);
  const worker = async () => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      const { cell, digest } = next;
      const startedAt = performance.now();
      try {
        await results.put(digest, await laboratory.run(cell));
      } catch (error) {
        failures.push({ name: cell.name, message: (error as Error).message });
      }
      progress.finished(cell.name, (performance.now() - startedAt) / 1000);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  progress.end();

  const command = `npm run reproduce -- --table ${table.name}${seeds ? ` --seeds ${seeds.join(',')}` : ''}`;
  const done = wanted.filter(({ digest }) => results.get(digest)).length;
  return { page: page(table, results.byName(), { command, seeds, done, cells: wanted.length }), failures };
}

/** The cells that a run is compared with. */
const originalsOf = (cell: Cell): string[] =>
  cell.kind === 'run' ? cell.task.views.map(({ name }) => originalName(name, cell.model)) : [];
