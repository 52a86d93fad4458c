import type { Threshold, Verdict, VerdictLine } from '../../src/domain';
import { grid } from '../reproduce/format';
import type { Measured } from './measured';
import { READINGS, type Reading, read } from './readings';
import { nameOf, RETRAINED, SUBJECTS, type Subject } from './subjects';

export interface PageOptions {
  readonly classes: readonly string[];
  readonly done: number;
  readonly cells: number;
}

type Found = ReadonlyMap<string, Measured>;

const ABOUT = `The shipped methods on the demo ResNet, each verified as any run is, and read by the policies that are shipped. What was to be forgotten are the
100 images of a class among those that the original was trained on (\`demo/images/pretrain.tar.gz\`); the retain set is the rest of that archive, and held-out
images are \`evaluate.tar.gz\`. Methods run with their preset \`small\`, where they have one, and seed 1; lip is given the name of the class and no image. Each attack
has its [definition](../evidence.md) and its 95 % interval; a line passes or fails only with its whole interval.`;

const RETRAINED_ABOUT = `The **original** shows what a model says that forgot nothing: a policy that passes it is worthless. The **retrained** model is one of the same architecture, trained
from scratch without any image of the class: a policy that fails it asks for what cannot be. Methods are to be read between the two.`;

/** The page: what is there of its cells. */
export function page(found: Found, { classes, done, cells }: PageOptions): string {
  const environments = [...new Set([...found.values()].map(({ environment }) => environment))].filter(Boolean);
  return [
    '# Do the shipped methods pass the shipped policies?',
    ABOUT,
    RETRAINED_ABOUT,
    ...(done < cells ? [`**Not finished: ${done} of ${cells} cells are there.** The same command goes on.`] : []),
    '## Verdicts',
    verdicts(found, classes),
    ...classes.flatMap((forgotten) => [
      `## ${forgotten}`,
      imagesOf(found, forgotten),
      ...READINGS.flatMap((reading) => numbers(reading, found, forgotten)),
    ]),
    `Written by \`npm run evidence\`: ${done} cells on ${environments.join('; ') || 'nothing yet'}. Verifications have seed 0 and one thread.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function verdicts(found: Found, classes: readonly string[]): string {
  const columns = classes.flatMap((forgotten) =>
    READINGS.filter(({ retrained }) => !retrained || found.has(nameOf(forgotten, RETRAINED))).map((reading) => ({
      forgotten,
      reading,
    })),
  );
  const head = ['model', ...columns.map(({ forgotten, reading }) => `${forgotten}: ${reading.title}`), 's'];
  const body = SUBJECTS.filter((subject) => classes.some((forgotten) => found.has(nameOf(forgotten, subject)))).map(
    (subject) => [
      titleOf(subject),
      ...columns.map(({ forgotten, reading }) => verdictOf(reading, found, forgotten, subject)),
      secondsOf(found, classes, subject),
    ],
  );
  return grid(head, body);
}

function verdictOf(reading: Reading, found: Found, forgotten: string, subject: Subject): string {
  const cell = found.get(nameOf(forgotten, subject));
  if (!cell) return '';
  if (cell.failed !== undefined) return 'diverged';
  // It would be compared with itself.
  if (reading.retrained && subject === RETRAINED) return '';
  const said = read(reading, forgotten, cell, found);
  if (!said) return '';
  const count = (verdict: Verdict) => said.lines.filter((line) => line.verdict === verdict).length;
  return `${strong(said.verdict)} (${count('PASS')} of ${said.lines.length} lines pass, ${count('FAIL')} fail)`;
}

function numbers(reading: Reading, found: Found, forgotten: string): string[] {
  const rows = SUBJECTS.flatMap((subject) => {
    const cell = found.get(nameOf(forgotten, subject));
    const said = cell && cell.failed === undefined ? read(reading, forgotten, cell, found) : null;
    return said ? [{ title: titleOf(subject), ...said }] : [];
  });
  if (rows.length === 0) return [];
  const head = ['model', ...rows[0]!.lines.map(headOf), 'verdict'];
  const body = rows.map(({ title, lines, verdict }) => [title, ...lines.map(cellOf), strong(verdict)]);
  return [`### ${reading.title}`, grid(head, body)];
}

const headOf = ({ attack, key, reference, ...line }: VerdictLine) =>
  `${attack} \`${key}\` ${boundOf(line)}${reference ? ` (${reference.value.toFixed(2)})` : ''}`;

function boundOf({ atMost, atLeast, relativeTo }: Pick<Threshold, 'atMost' | 'atLeast' | 'relativeTo'>): string {
  const times = relativeTo === null ? '' : ` × ${relativeTo.toLowerCase()}`;
  return [atLeast === null ? '' : `≥ ${atLeast}${times}`, atMost === null ? '' : `≤ ${atMost}${times}`]
    .filter(Boolean)
    .join(', ');
}

function cellOf({ verdict, found }: VerdictLine): string {
  if (!found) return `not measured ${strong(verdict)}`;
  const [value, lower, upper] = [found.value, found.lower, found.upper].map((each) => Number(each.toFixed(2)));
  return `${value} [${lower}, ${upper}] ${strong(verdict)}`;
}

const strong = (verdict: Verdict) => (verdict === 'PASS' ? `**${verdict}**` : verdict);
const titleOf = ({ name, zeroShot }: Subject) => (zeroShot ? `${name}, zero-shot` : name);

function secondsOf(found: Found, classes: readonly string[], subject: Subject): string {
  const seconds = classes.flatMap((forgotten) => found.get(nameOf(forgotten, subject))?.runSeconds ?? []);
  return seconds.map((each) => each.toFixed(0)).join(', ');
}

function imagesOf(found: Found, forgotten: string): string {
  const some = SUBJECTS.map((subject) => found.get(nameOf(forgotten, subject))).find((cell) => cell && !cell.failed);
  if (!some) return 'Nothing yet.';
  const { forget, retain, held } = some.images;
  return `${forget} forget images, ${retain} retain images, ${held} held-out images.`;
}
