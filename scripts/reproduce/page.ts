import { runsOf } from './cells';
import { curveText } from './curve';
import type { Section, Table } from './definition';
import { arrow, grid, withInterval, withVariance } from './format';
import { reached } from './goals';
import { columnOf, type Found, measuresOf } from './measures';
import { standardNumbers } from './standard-numbers';

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
  'Parameters are the preset `small` (`small-vit` on the ViT) where a method has one, and its defaults else. Target: accuracy on what was to be forgotten. Kept: after / before on a dataset that was to stay, and what it was before. Numbers are means over runs, ± half of the 95 % t-interval over runs (none where there is one); runs of one row differ in seed, and in the line "all" also in what is forgotten, which is not independent of it. Seconds and memory are those of the run without its evaluation; updated is the share of weights that differ from the original’s.';
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
    return [
      title,
      task,
      count,
      ...standardNumbers(all, kept, table.score, section.variance ? withVariance : withInterval),
    ];
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

function titles({ tasks }: Section, reading: string): string[] {
  const all = tasks.flatMap(({ readings }) => [readings[reading]!.own, ...readings[reading]!.others]);
  return [...new Set(all.map(({ title }) => title))];
}
