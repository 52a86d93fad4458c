import { type Failure, fill } from '../reproduce/fill';
import { Results } from '../reproduce/results';
import type { Measured } from './measured';
import { page } from './page';
import type { Cell } from './subjects';

export interface GatherOptions {
  readonly cells: readonly Cell[];
  readonly digest: (cell: Cell) => Promise<string>;
  readonly measure: (cell: Cell) => Promise<Measured>;
  /** Where finished cells are kept. */
  readonly file: string;
  /** Of the names; others are left as they are. */
  readonly only?: RegExp;
  readonly jobs: number;
}

/** Measures the cells that are missing, keeping each as soon as it is done, and makes the page of all that are there. */
export async function gather(options: GatherOptions): Promise<{ page: string; failures: Failure[] }> {
  const { cells, digest, measure, file, only, jobs } = options;
  const wanted = await Promise.all(cells.map(async (cell) => ({ cell, digest: await digest(cell) })));
  const results = await Results.open<Measured>(file, new Set(wanted.map((each) => each.digest)));
  const pending = wanted.filter((each) => !results.get(each.digest) && (!only || only.test(each.cell.name)));
  const failures = await fill(pending, results, { run: measure, jobs });
  const done = wanted.filter((each) => results.get(each.digest)).length;
  const classes = [...new Set(cells.map(({ forgotten }) => forgotten))];
  return { page: page(results.byName(), { classes, done, cells: cells.length }), failures };
}

/** Digests of the retrained models that earlier results rest on, by class: who has no such model can still write the page. */
export async function retrainedOf(file: string): Promise<Map<string, string>> {
  const known = await Results.open<Measured>(file, 'ALL');
  const rows = [...known.byName().values()].filter(({ retrained }) => retrained !== null);
  return new Map(rows.map(({ forgotten, retrained }) => [forgotten, retrained!]));
}
