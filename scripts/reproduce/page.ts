import { runsOf } from './cells';
import type { Section, Table } from './definition';
import { reached } from './goals';
import { columnOf, type Found, type Measures, measuresOf } from './measures';
import { type Mean, meanOf } from './statistics';

export interface PageOptions {
  readonly command: string;
  readonly seeds?: readonly number[];
  readonly done: number;
  readonly cells: number;
}

/** The page of a table: what is there of its cells. */
export function page(table: Table, found: Found, options: PageOptions): string {
  const { done, cells, command } = options;
  const environments = [...new Set([...found.values()].map(({ environment }) => environment))].filter(Boolean);
  const goals = table.goals.map((goal) => `- ${reached(goal, table, found, options.seeds)}`);
  return [
    `# ${table.title}`,
    table.about,
    ...(done < cells ? [`**Not finished: ${done} of ${cells} cells are there.** The same command goes on.`] : []),
    goals.length > 0 ? `Goals:\n\n${goals.join('\n')}` : '',
    LEGEND[table.score],
    ...table.sections.map((section) => sectionText(section, table, found, options.seeds)),
    '## Where the ordering of the paper does not hold',
    table.disagreements,
    '## What was left out',
    table.leftOut,
    `Written by \`${command}\`: ${done} cells, seeds fixed, on ${environments.join('; ') || 'nothing yet'}.`,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

const STANDARD =
  'Target: accuracy on what was to be forgotten. Kept: after / before on a dataset that was to stay, and what it was before. Numbers are means over runs, ± half of the 95 % t-interval over runs (a dash where there is one run); runs of one row differ in seed, and in the line "all" also in what is forgotten, which is not independent of it. Seconds and memory are those of the run without its evaluation; updated is the share of weights that differ from the original’s.';
const LEGEND: Readonly<Record<Table['score'], string>> = {
  lip: `${STANDARD} Score: equation 10 of Lip, from 0 to 1, lower is better.`,
  ratio: `${STANDARD} Score: the ratio score, from 0 to 100, higher is better.`,
};

function sectionText(section: Section, table: Table, found: Found, seeds?: readonly number[]): string {
  const body = section.models.map((model) => {
    const title = section.models.length > 1 ? `### ${model}\n\n` : '';
    return `${title}${modelText({ ...section, models: [model] }, table, found, seeds)}`;
  });
  return [`## ${section.title}`, section.about, ...body].join('\n\n');
}

function modelText(section: Section, table: Table, found: Found, seeds?: readonly number[]): string {
  if (section.curve) return curveText(section, found, seeds);
  const reading = section.reading ?? 'default';
  const lines = linesOf(section, seeds);
  if (section.columns) {
    const head = ['method', 'forgotten', ...section.columns.flatMap(({ title }) => [`${title}: target`, 'others'])];
    const body = lines.map(({ title, task, runs }) => [
      title,
      task,
      ...section.columns!.flatMap((column) => {
        const all = runs.flatMap((run) => columnOf(run, reading, column, found) ?? []);
        return (['target', 'others'] as const).map((part) => arrow(all.map((each) => each[part])));
      }),
    ]);
    return grid(head, body);
  }
  const kept = titles(section, reading);
  const head = ['method', 'forgotten', 'runs', 'target before', 'target after'];
  const rest = [...kept.map((title) => `kept: ${title}`), 'score', 's', 'GB', 'updated'];
  const body = lines.map(({ title, task, runs }) => {
    const all = runs.flatMap((run) => measuresOf(run, reading, table.score, found) ?? []);
    const failed = runs.filter((run) => found.get(run.name)?.failed !== undefined).length;
    const count = failed > 0 ? `${all.length}, ${failed} diverged` : String(all.length);
    return [title, task, count, ...numbers(all, kept, table.score)];
  });
  return grid([...head, ...rest], body);
}

/** A line for each task, and one for all of them. */
function linesOf({ rows, tasks, ...section }: Section, seeds?: readonly number[]) {
  return rows.flatMap((row) => {
    const runs = runsOf({ ...section, rows: [row], tasks }, seeds);
    const each = tasks.map((task) => ({
      title: row.title,
      task: task.name,
      runs: runs.filter((r) => r.task === task),
    }));
    return tasks.length > 1 ? [...each, { title: `**${row.title}**`, task: '**all**', runs }] : each;
  });
}

function numbers(all: readonly Measures[], kept: readonly string[], score: Table['score']): string[] {
  if (all.length === 0) return Array.from({ length: kept.length + 6 }, () => '');
  const of = (what: (each: Measures) => number) => meanOf(all.map(what));
  const digits = score === 'lip' ? 3 : 1;
  const scores = all.flatMap((each) => each.score ?? []);
  return [
    of(({ before }) => before).mean.toFixed(3),
    withInterval(of(({ after }) => after)),
    ...kept.map((title) => {
      const found = all.flatMap((each) => each.kept.filter((dataset) => dataset.title === title));
      if (found.length === 0) return '';
      const before = meanOf(found.map((dataset) => dataset.before)).mean;
      return `${withInterval(meanOf(found.map(({ ratio }) => ratio)))} of ${before.toFixed(2)}`;
    }),
    scores.length > 0 ? withInterval(meanOf(scores), digits) : '',
    of(({ seconds }) => seconds).mean.toFixed(0),
    (of(({ peakMemoryBytes }) => peakMemoryBytes).mean / 1e9).toFixed(2),
    of(({ updatedShare }) => updatedShare).mean.toFixed(3),
  ];
}

function titles({ tasks }: Section, reading: string): string[] {
  const all = tasks.flatMap(({ readings }) => [readings[reading]!.own, ...readings[reading]!.others]);
  return [...new Set(all.map(({ title }) => title))];
}

/** The coefficients that every run tried, with the mean of each accuracy. */
function curveText(section: Section, found: Found, seeds?: readonly number[]): string {
  const curves = runsOf(section, seeds).flatMap((run) => found.get(run.name)?.curve ?? []);
  const runs = runsOf(section, seeds).filter((run) => found.get(run.name)?.curve).length;
  const sets = [...new Set(curves.flatMap((point) => Object.keys(point)))].filter((name) => name !== 'coefficient');
  const coefficientOf = ({ coefficient }: (typeof curves)[number]) => coefficient!.toFixed(3);
  const body = [...new Set(curves.map(coefficientOf))].sort().flatMap((coefficient) => {
    const points = curves.filter((point) => coefficientOf(point) === coefficient);
    const means = sets.map((name) => withInterval(meanOf(points.map((point) => point[name] ?? 0))));
    return points.length === runs ? [[coefficient, ...means]] : [];
  });
  return grid(['coefficient', ...sets], body);
}

function arrow(pairs: readonly (readonly [number, number])[]): string {
  if (pairs.length === 0) return '';
  const [before, after] = [0, 1].map((i) => meanOf(pairs.map((pair) => pair[i]!)));
  return `${before!.mean.toFixed(3)} → ${withInterval(after!)}`;
}

const withInterval = ({ mean, half }: Mean, digits = 3) =>
  `${mean.toFixed(digits)} ± ${half === null ? '–' : half.toFixed(digits)}`;

const grid = (head: readonly string[], body: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
