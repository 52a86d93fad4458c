import { runsOf } from './cells';
import type { Goal, Model, Row, Section, Table } from './definition';
import { type Found, measuresOf } from './measures';
import { meanOf } from './statistics';

/** The goal in words, and whether it is reached. */
export function reached(goal: Goal, table: Table, found: Found, seeds?: readonly number[]): string {
  const section = table.sections.find(({ title }) => title === goal.section);
  const row = section?.rows.find(({ name }) => name === goal.row);
  if (!section || !row)
    throw new Error(`${table.name}: a goal of "${goal.section}", "${goal.row}", which is not there`);
  return goal.kind === 'bound'
    ? bound(goal, { ...section, rows: [row] }, table, found, seeds)
    : section.models.map((model) => best(row, { ...section, models: [model] }, table, found, seeds)).join('\n- ');
}

const WHAT = { after: 'target accuracy', own: 'of its own dataset kept', score: 'score' } as const;

function bound(
  goal: Goal & { kind: 'bound' },
  section: Section,
  table: Table,
  found: Found,
  seeds?: readonly number[],
) {
  const values = measured(section, table, found, seeds).flatMap(({ after, kept, score }) => {
    const value = { after, own: kept[0]!.ratio, score }[goal.measure];
    return value === null ? [] : [value];
  });
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
  const good = values.filter((value) => value <= atMost && value >= atLeast).length;
  const limit = goal.atMost === undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
  return `${section.rows[0]!.title}, ${section.title}: ${WHAT[goal.measure]} ${limit} in every run: ${verdict(good, values.length)}`;
}

function verdict(good: number, all: number): string {
  if (all === 0) return 'not measured yet.';
  return `**${good === all ? 'reached' : 'not reached'}**, ${good} of ${all} runs.`;
}

function best(row: Row, section: Section, table: Table, found: Found, seeds?: readonly number[]): string {
  const scores = section.rows.flatMap((each) => {
    const own = measured({ ...section, rows: [each] }, table, found, seeds).flatMap(({ score }) => score ?? []);
    return own.length > 0 ? [{ row: each, score: meanOf(own).mean }] : [];
  });
  const sign = table.score === 'lip' ? 1 : -1;
  scores.sort((a, b) => sign * (a.score - b.score));
  const place = scores.findIndex((each) => each.row === row);
  const [model] = section.models as [Model];
  const text = `${row.title}, ${section.title}, ${model}: the best mean score of all methods`;
  if (place < 0 || scores.length < 2) return `${text}: not measured yet.`;
  const order = scores.map((each) => `${each.row.title} ${each.score.toFixed(table.score === 'lip' ? 3 : 1)}`);
  return `${text}: **${place === 0 ? 'reached' : 'not reached'}** (${order.join(', ')}).`;
}

const measured = (section: Section, table: Table, found: Found, seeds?: readonly number[]) =>
  runsOf(section, seeds).flatMap((run) => measuresOf(run, section.reading ?? 'default', table.score, found) ?? []);
