import { sha256 } from '../../src/data';
import type { Images } from './datasets';
import type { Cut, Model, Row, Section, Table, Task, View } from './definition';

/** One number of measurement: a row's method run once on a task, or the shipped model on one view. */
export type Cell = Run | Original;

export interface Run {
  readonly kind: 'run';
  readonly name: string;
  readonly row: Row;
  readonly task: Task;
  readonly model: Model;
  readonly seed: number;
}

export interface Original {
  readonly kind: 'original';
  readonly name: string;
  readonly view: View;
  readonly model: Model;
}

export const originalName = (view: string, model: Model): string => `original ${view} ${model}`;
export const runName = (row: Row, task: Task, model: Model, seed: number): string =>
  `${row.name} ${task.name} ${model} seed ${seed}`;

/** Every run of a section. @param seeds in place of the rows' own */
export function runsOf({ models, tasks, rows }: Section, seeds?: readonly number[]): Run[] {
  return models.flatMap((model) =>
    rows.flatMap((row) =>
      tasks.flatMap((task) =>
        (seeds ?? row.seeds).map((seed) => ({
          kind: 'run' as const,
          name: runName(row, task, model, seed),
          row,
          task,
          model,
          seed,
        })),
      ),
    ),
  );
}

/** The cells of a table, each once, however many sections show it; originals first. Throws when a name stands for two things. */
export function cellsOf({ sections }: Table, seeds?: readonly number[]): Cell[] {
  const runs = sections.flatMap((section) => runsOf(section, seeds));
  const originals = runs.flatMap(({ model, task }) =>
    task.views.map((view): Original => ({ kind: 'original', name: originalName(view.name, model), view, model })),
  );
  const cells = new Map<string, Cell>();
  for (const cell of [...originals, ...runs]) {
    const known = cells.get(cell.name);
    if (known && JSON.stringify(meaning(known)) !== JSON.stringify(meaning(cell)))
      throw new Error(`two different cells are named "${cell.name}"`);
    cells.set(cell.name, known ?? cell);
  }
  return [...cells.values()];
}

/** What a digest needs to know of files. */
export interface Facts {
  checkpoint(model: Model): Promise<string>;
  /** The method's code, with the kit it is built of. */
  code(method: string): Promise<string>;
  samples(images: Images, cut: Cut): Promise<string>;
}

/** Of everything that a cell's numbers depend on. */
export async function digestOf(cell: Cell, facts: Facts): Promise<string> {
  const views = await Promise.all(
    (cell.kind === 'run' ? cell.task.views : [cell.view]).map(async ({ images, metrics }) => [
      await facts.samples('evaluate', images),
      metrics,
    ]),
  );
  const runs =
    cell.kind === 'run' &&
    (await Promise.all(
      given(cell).map(async ({ forgotten, words, sets }) => ({
        forgotten,
        words,
        sets: await Promise.all(
          Object.entries(sets).map(async ([name, cut]) => [name, await facts.samples('unlearn', cut)]),
        ),
      })),
    ));
  const method = cell.kind === 'run' && {
    code: await facts.code(cell.row.method),
    name: cell.row.method,
    parameters: cell.row.parameters,
    seed: cell.seed,
  };
  return sha256(canonical({ checkpoint: await facts.checkpoint(cell.model), views, runs, method }));
}

/** The runs of a cell, with the sets that its row is given. */
export function given({ row, task }: Run): Task['parts'] {
  return task.parts.map(({ sets, ...part }) => ({
    ...part,
    sets: Object.fromEntries(
      Object.entries(sets).filter(([name]) => !row.without?.includes(name as keyof typeof sets)),
    ),
  }));
}

const meaning = (cell: Cell) =>
  cell.kind === 'run' ? [given(cell), cell.task.views, cell.row.method, cell.row.parameters] : cell.view;

/** JSON with the keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
