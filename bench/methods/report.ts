import { cpus } from 'node:os';
import { quantile } from '../quantile';
import { METHOD_CASES } from './cases';
import type { MethodComparison } from './compare';
import type { RunReport } from './protocol';

/** The goal: a run costs at most this share of PyTorch's. */
const GOAL = 0.8;
/** How far first losses may lie apart, relative to PyTorch's. */
export const TOLERANCE = 1e-3;

export interface MethodsEnvironment {
  readonly command: string;
  readonly pairs: number;
  /** Load averages over the last minute, before the first run and after the last: other work on the machine blurs times. */
  readonly load: readonly [before: number, after: number];
}

export const METHODS_HEADER = [
  '| method | checkpoint | Lethe, s | PyTorch, s | ratio (range) | ratio of processor time | the same without starting | peak, Lethe, GB | peak, PyTorch, GB |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n');

type Measure = (run: RunReport) => number;

/** Lethe's over PyTorch's, pair by pair. */
const ratios = ({ lethe, pytorch }: MethodComparison, of: Measure): number[] =>
  lethe.map((run, i) => of(run) / of(pytorch[i]!));

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Median ratio of the whole runs' wall-clock times. */
export const timeRatio = (comparison: MethodComparison): number => median(ratios(comparison, ({ seconds }) => seconds));

/** By how much first losses differ, by stage, relative to PyTorch's; of the stages whose loss both sides tell. */
export function differences({ check: { lethe, pytorch } }: MethodComparison): [stage: string, difference: number][] {
  return Object.entries(pytorch.losses).flatMap(([stage, theirs]) => {
    const ours = lethe.losses[stage];
    return ours === undefined ? [] : [[stage, Math.abs(ours - theirs) / Math.abs(theirs)] as [string, number]];
  });
}

/** Throws where the two sides did not compute the same. */
export function assertSame(comparison: MethodComparison): void {
  const found = differences(comparison);
  if (found.length === 0) throw new Error(`${comparison.method}: no loss was compared`);
  for (const [stage, difference] of found)
    if (!(difference <= TOLERANCE))
      throw new Error(
        `${comparison.method} on ${comparison.model}: first losses of "${stage}" differ by ${difference}`,
      );
}

export function methodRow(comparison: MethodComparison): string {
  const { method, model, lethe, pytorch } = comparison;
  const wall = ratios(comparison, ({ seconds }) => seconds);
  const gigabytes = (runs: readonly RunReport[]) => {
    const peaks = runs.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
    return peaks.length === 0 ? '?' : (median(peaks) / 2 ** 30).toFixed(2);
  };
  const cells = [
    METHOD_CASES[method].title,
    model,
    median(lethe.map(({ seconds }) => seconds)).toFixed(1),
    median(pytorch.map(({ seconds }) => seconds)).toFixed(1),
    `**${median(wall).toFixed(2)}** (${Math.min(...wall).toFixed(2)} to ${Math.max(...wall).toFixed(2)})`,
    median(ratios(comparison, ({ processorSeconds }) => processorSeconds)).toFixed(2),
    `${median(ratios(comparison, ({ workSeconds }) => workSeconds)).toFixed(2)}; processor ${median(ratios(comparison, ({ workProcessorSeconds }) => workProcessorSeconds)).toFixed(2)}`,
    gigabytes(lethe),
    gigabytes(pytorch),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function methodsReport(
  comparisons: readonly MethodComparison[],
  { command, pairs, load }: MethodsEnvironment,
): string {
  const { node, onnxruntime } = comparisons[0]!.check.lethe.versions;
  const { torch, open_clip } = comparisons[0]!.check.pytorch.versions;
  const reached = comparisons.filter((comparison) => timeRatio(comparison) <= GOAL).length;
  return `# Time and memory of whole runs, against PyTorch

Written by \`${command}\`.

- Machine: ${cpus()[0]!.model}, ${cpus().length} cores, one thread for each side; load average ${load[0].toFixed(2)} before the first run and
  ${load[1].toFixed(2)} after the last, of which the runs themselves are 1. Where other work ran beside them, the ratio of processor time is the
  better witness.
- Lethe: Node ${node}, onnxruntime-node ${onnxruntime}; one trainer's whole run, with its snapshots and pictures of made images.
- PyTorch ${torch}, OpenCLIP ${open_clip}: \`bench/methods/pytorch\`, the same equations as plain PyTorch. Fused Adam, scaled dot-product
  attention, channels-last memory for the ResNet, frozen features computed once, no gradient where none is needed.
- Both read the checkpoint and JPEG images from disk and write the weights they end with. A time is that of the process, from its start to
  its end, compiling included; "without starting" leaves out the process's start and the loading of its libraries, on both sides.
- Both do equally many of the same steps: PyTorch makes as many as Lethe reported. The weights that a step of \`lip\` does not move are left
  out of PyTorch's Adam, which is less work than Lethe does.
- ${pairs} pairs of runs, alternating, after one pair that is not timed. Ratios are medians of the pairs' ratios; below 1, Lethe is faster.

Goal: a ratio at or below ${GOAL}. Reached by ${reached} of ${comparisons.length}.

${METHODS_HEADER}
${comparisons.map(methodRow).join('\n')}

## The same computation

First losses of each stage in the pair that is not timed, in which PyTorch was given Lethe's random numbers. A stage's first loss depends on
all stages before it.

| method | checkpoint | stage | steps | Lethe | PyTorch | difference |
| --- | --- | --- | --- | --- | --- | --- |
${comparisons.flatMap(agreement).join('\n')}
`;
}

function agreement(comparison: MethodComparison): string[] {
  const { method, model, check } = comparison;
  const steps = check.lethe.facts.steps as Readonly<Record<string, number>>;
  return differences(comparison).map(
    ([stage, difference]) =>
      `| ${METHOD_CASES[method].title} | ${model} | ${stage} | ${steps[stage] ?? '?'} | ${check.lethe.losses[stage]!.toPrecision(6)} | ${check.pytorch.losses[stage]!.toPrecision(6)} | ${difference.toExponential(0)} |`,
  );
}
