import { type Change, forgettingOf, lipScoreOf, ratioScoreOf } from '../../src/metrics';
import { originalName, type Run } from './cells';
import type { Column, Dataset, Model, Probe, Table } from './definition';
import type { CellResult } from './results';

export type Found = ReadonlyMap<string, CellResult>;

/** What the page says of one run. Rates are from 0 to 1. */
export interface Measures {
  readonly before: number;
  readonly after: number;
  /** After / before of each dataset that was to stay, the target's own first; not capped. */
  readonly kept: readonly Kept[];
  readonly score: number | null;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  readonly updatedShare: number;
}

export interface Kept {
  readonly title: string;
  readonly before: number;
  readonly ratio: number;
}

/** Null while a cell that it needs is missing, and for a run that diverged. */
export function measuresOf(run: Run, reading: string, score: Table['score'], found: Found): Measures | null {
  const { target, own, others } = run.task.readings[reading]!;
  const after = found.get(run.name);
  if (!after || after.failed !== undefined) return null;
  const datasets: readonly Dataset[] = [own, ...others];
  const changes = [target, ...datasets.map(({ probe }) => probe)].map((probe) =>
    change(probe, run.model, after, found),
  );
  if (!changes.every((each) => each !== null)) return null;
  const [goes, ...stay] = changes as [Change, ...Change[]];
  const groups = datasets.map(({ title }, i) => ({ name: title, classes: [i + 1] }));
  const forgetting = forgettingOf(changes, new Set([0]), groups);
  return {
    before: goes.before / goes.total,
    after: goes.after / goes.total,
    kept: stay.map(({ before, after: left, total }, i) => ({
      title: datasets[i]!.title,
      before: before / total,
      ratio: before > 0 ? left / before : 1,
    })),
    score: forgetting && (score === 'lip' ? lipScoreOf : ratioScoreOf)(forgetting),
    seconds: after.runs.reduce((sum, { seconds }) => sum + seconds, 0),
    peakMemoryBytes: Math.max(...after.runs.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    updatedShare: Math.max(...after.runs.map(({ updatedShare }) => updatedShare)),
  };
}

export interface ColumnMeasures {
  readonly target: readonly [before: number, after: number];
  readonly others: readonly [before: number, after: number];
}

/** A column of a run, on the target and on all else that its reading counts in that view. */
export function columnOf(
  run: Run,
  reading: string,
  { view, metric, key }: Column,
  found: Found,
): ColumnMeasures | null {
  const { target, own, others } = run.task.readings[reading]!;
  const after = found.get(run.name);
  if (!after || after.failed !== undefined) return null;
  const rest = [own, ...others].filter(({ probe }) => probe.view === view).flatMap(({ probe }) => probe.classes);
  const [goes, stay] = [target.classes, rest].map((classes) =>
    change({ view, metric, key, classes: [...new Set(classes)] }, run.model, after, found),
  );
  if (!goes || !stay) return null;
  const rates = ({ before, after: left, total }: Change) => [before / total, left / total] as const;
  return { target: rates(goes), others: rates(stay) };
}

function change(probe: Probe, model: Model, result: CellResult, found: Found): Change | null {
  const original = found.get(originalName(probe.view, model));
  const [before, after] = [original, result].map((each) => each && counted(probe, each));
  return before && after ? { total: before.total, before: before.right, after: after.right } : null;
}

/** Right answers over the probe's classes. */
function counted({ view, metric, key, classes }: Probe, { values }: CellResult) {
  const rows = classes.map((name) => values[[view, metric, key, name].join('/')]);
  if (!rows.every((row) => row !== undefined)) return null;
  return {
    right: rows.reduce((sum, [value, count]) => sum + value * count, 0),
    total: rows.reduce((sum, [, count]) => sum + count, 0),
  };
}
