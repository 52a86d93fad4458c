import { cpus, loadavg } from 'node:os';
import { CASES } from './cases';
import type { Comparison } from './compare';
import type { ProfileRow } from './profile';
import type { StepReport } from './protocol';
import { quantile } from './quantile';

const median = (values: readonly number[]): number => quantile(values, 0.5);
const time = ({ milliseconds }: StepReport): number => milliseconds;
const gigabytes = (bytes: number | null): string => (bytes === null ? '?' : (bytes / 2 ** 30).toFixed(2));
const peak = (reports: readonly StepReport[]): number | null => reports.at(-1)!.peakBytes;

/** Lethe's time over PyTorch's, of each pair of neighbouring steps. */
export const timeRatios = ({ lethe, pytorch }: Comparison): number[] =>
  lethe.map(({ milliseconds }, i) => milliseconds / pytorch[i]!.milliseconds);

export const HEADER = [
  '| model | Lethe, ms | PyTorch, ms | ratio (quartiles) | ratio of processor time | peak, Lethe, GB | peak, PyTorch, GB | ratio | losses differ by |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n');

export function row(comparison: Comparison): string {
  const { name, lethe, pytorch, losses } = comparison;
  const ratios = timeRatios(comparison);
  const difference = Math.max(...losses.map(({ lethe, pytorch }) => Math.abs(lethe - pytorch) / Math.abs(pytorch)));
  const memory = (peak(lethe) ?? Number.NaN) / (peak(pytorch) ?? Number.NaN);
  const cells = [
    CASES[name].title,
    median(lethe.map(time)).toFixed(1),
    median(pytorch.map(time)).toFixed(1),
    `**${median(ratios).toFixed(2)}** (${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)})`,
    median(lethe.map((step, i) => step.processorMilliseconds / pytorch[i]!.processorMilliseconds)).toFixed(2),
    gigabytes(peak(lethe)),
    gigabytes(peak(pytorch)),
    memory.toFixed(2),
    difference.toExponential(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

export interface Environment {
  readonly threads: number;
  readonly repeats: number;
  /** Load average over the last minute, before the first case: both engines' times are worthless on a busy machine. */
  readonly load: number;
}

export const currentLoad = (): number => loadavg()[0]!;

export function report(
  comparisons: readonly Comparison[],
  profile: { title: string; rows: readonly ProfileRow[] },
  { threads, repeats, load }: Environment,
): string {
  const { torch, open_clip } = comparisons[0]!.versions;
  const formats = comparisons.flatMap(({ name, format, slower }) =>
    slower
      ? [`${format} memory for \`${name}\` (${slower.format}: ${median(slower.pytorch.map(time)).toFixed(1)} ms)`]
      : [],
  );
  return `# Time and memory of a training step, against PyTorch

Written by \`npm run bench -- --python PYTHON --out docs/results/bench.md\`.

- Machine: ${cpus()[0]!.model}, ${cpus().length} cores, ${threads} threads for each engine; load average ${load.toFixed(2)} before the first case.
- Lethe: Node ${process.version}, onnxruntime-node ${require('onnxruntime-node/package.json').version}.
- PyTorch ${torch}, OpenCLIP ${open_clip}: scaled dot-product attention, fused Adam${formats.map((format) => `, ${format}`).join('')}.
- One step: contrastive loss of both towers, gradients, Adam with L2 decay. Same weights, same batch, float32. BatchNorm in evaluation mode.
- ${repeats} pairs of steps, alternating, after three that are not timed. The ratio is the median of the pairs' ratios (below 1, Lethe is faster).
  On a busy machine wall-clock times mean little: there, the ratio of processor time (all threads, waiting included) is the better witness. Peak
  is the most resident memory from the first step on. Losses are compared over the first three steps.

${HEADER}
${comparisons.map(row).join('\n')}

## Where the time goes: ${profile.title}

The case with the highest ratio, by ONNX Runtime's own profile.

| operator | calls a step | ms a step | share |
| --- | --- | --- | --- |
${profile.rows.map((r) => `| ${r.operator} | ${r.calls} | ${r.milliseconds.toFixed(1)} | ${(100 * r.share).toFixed(0)} % |`).join('\n')}
`;
}
