import { cpus } from 'node:os';
import { DEFAULT_TEMPLATE } from '../../src/data';
import { wilson, type ZeroShotReport } from '../../src/metrics';

/** One class forgotten once. */
export interface Row {
  readonly name: string;
  readonly seed: number;
  readonly forgetBefore: number;
  readonly forget: { readonly accuracy: number; readonly low: number; readonly high: number };
  /** Mean accuracy of the other classes. */
  readonly othersBefore: number;
  readonly others: { readonly accuracy: number; readonly low: number; readonly high: number };
  readonly seconds: number;
}

/** The goals of the demo: forget accuracy at most this, and of the others' accuracy at least this part kept. */
const FORGET_AT_MOST = 0.05;
const KEPT_AT_LEAST = 0.97;

export function rowOf(name: string, seed: number, before: ZeroShotReport, after: ZeroShotReport, seconds: number): Row {
  return {
    name,
    seed,
    forgetBefore: classOf(before, name).accuracy,
    forget: classOf(after, name),
    othersBefore: othersOf(before, name).accuracy,
    others: othersOf(after, name),
    seconds,
  };
}

export const kept = (row: Row): number => row.others.accuracy / row.othersBefore;

export function terminalRow(row: Row): string {
  const { name, seed, forgetBefore, forget, othersBefore, others, seconds } = row;
  return `${name.padEnd(11)} seed ${seed}  forget ${number(forgetBefore)} -> ${number(forget.accuracy)}  others ${number(othersBefore)} -> ${number(others.accuracy)}  kept ${number(kept(row))}  ${seconds.toFixed(0)} s`;
}

export function verdict(rows: readonly Row[]): string {
  const forgotten = rows.filter(({ forget }) => forget.accuracy <= FORGET_AT_MOST).length;
  const keeping = rows.filter((row) => kept(row) >= KEPT_AT_LEAST).length;
  return `Forget accuracy at most ${FORGET_AT_MOST}: ${forgotten} of ${rows.length} runs. Others keep at least ${KEPT_AT_LEAST} of before: ${keeping} of ${rows.length} runs.`;
}

/** The committed page. */
export function markdown(
  rows: readonly Row[],
  before: ZeroShotReport,
  { method, model, parameters, command }: Readonly<Record<'method' | 'model' | 'parameters' | 'command', string>>,
): string {
  const names = [...new Set(rows.map(({ name }) => name))];
  return `# ${method} on the ${model} demo checkpoint

Zero-shot accuracy (prompt \`${DEFAULT_TEMPLATE}\`, chance ${number(before.chance)}) on the evaluation images, which neither
pretraining nor unlearning saw: ${before.overall.total} images, ${before.classes[0]?.total} a class. Parameters \`${parameters}\`. Forget and retain set are the
unlearning images of the class and of all others. Accuracies are of the checkpoint read back from disk; brackets are
95 % Wilson intervals. "Kept" is the mean accuracy of the other classes over what it was before.

${verdict(rows)}

| class | seed | forget before | forget after | others before | others after | kept | time |
|---|---|---|---|---|---|---|---|
${rows.map(markdownRow).join('\n')}

| class | forget after, mean and range | kept, mean and range |
|---|---|---|
${names
  .map((name) =>
    summary(
      name,
      rows.filter((row) => row.name === name),
    ),
  )
  .join('\n')}
${summary('all', rows)}

Written by \`${command}\` on ${cpus()[0]?.model ?? 'an unknown processor'}, one thread a run, Node ${process.version}.
`;
}

function markdownRow(row: Row): string {
  const { name, seed, forgetBefore, forget, othersBefore, others, seconds } = row;
  return `| ${[name, seed, number(forgetBefore), withInterval(forget), number(othersBefore), withInterval(others), number(kept(row)), `${seconds.toFixed(0)} s`].join(' | ')} |`;
}

function summary(name: string, rows: readonly Row[]): string {
  return `| ${name} | ${spread(rows.map(({ forget }) => forget.accuracy))} | ${spread(rows.map(kept))} |`;
}

function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${number(mean)} (${number(Math.min(...values))} to ${number(Math.max(...values))})`;
}

function classOf({ classes }: ZeroShotReport, name: string) {
  const found = classes.find((each) => each.name === name);
  if (!found)
    throw new Error(`there is no class "${name}"; the classes are ${classes.map((each) => each.name).join(', ')}`);
  return found;
}

/** Every class has as many images, so the pooled proportion is the mean of the classes. */
function othersOf({ classes }: ZeroShotReport, name: string) {
  const others = classes.filter((each) => each.name !== name);
  const sum = (pick: (each: (typeof others)[number]) => number) =>
    others.reduce((total, each) => total + pick(each), 0);
  return wilson(
    sum(({ correct }) => correct),
    sum(({ total }) => total),
  );
}

const number = (value: number): string => value.toFixed(3);
const withInterval = ({ accuracy, low, high }: { accuracy: number; low: number; high: number }) =>
  `${number(accuracy)} [${number(low)}, ${number(high)}]`;
