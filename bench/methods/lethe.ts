import { readFileSync } from 'node:fs';
import type { Assignment, FromTrainer } from '../../src/trainer/messages';
import { runAssignment } from '../../src/trainer/run-assignment';
import type { ContestantReport } from './protocol';

/** One whole run, as a trainer makes it: `node lethe.js ASSIGNMENT.json`; prints what it cost and found as one line of JSON. */
async function main(): Promise<void> {
  const assignment = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Assignment;
  const started = performance.now();
  const before = processorSeconds();
  const said: FromTrainer[] = [];
  await runAssignment(assignment, (message) => said.push(message), {
    signal: new AbortController().signal,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const report: ContestantReport = {
    versions: { node: process.version, onnxruntime: require('onnxruntime-node/package.json').version },
    workSeconds: (performance.now() - started) / 1000,
    workProcessorSeconds: processorSeconds() - before,
    processorSeconds: processorSeconds(),
    peakBytes: peak(),
    ...found(said),
  };
  // what is left of worker threads shall not hold the process
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
}

/** First losses, and how many steps each stage took. */
function found(said: readonly FromTrainer[]): Pick<ContestantReport, 'losses' | 'facts'> {
  const losses: Record<string, number> = {};
  const steps: Record<string, number> = {};
  let accepted: number | undefined;
  let evaluations = 0;
  let outcome: string | null = null;
  for (const message of said) {
    if (message.type === 'finished') outcome = message.outcome;
    if (message.type !== 'metrics') continue;
    const { stage, points } = message;
    for (const { step, values } of points) {
      if (stage === 'restore') evaluations += 1;
      if (values.accepted !== undefined) accepted = values.accepted;
      const loss = values.loss;
      if (loss !== undefined) losses[stage] ??= loss;
      if (loss !== undefined || values.accepted !== undefined) steps[stage] = step;
    }
  }
  return { losses, facts: { steps, accepted, evaluations, outcome } };
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function peak(): number | null {
  if (process.platform !== 'linux') return null;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}

main().catch((error: Error) => {
  console.error(error);
  process.exit(1);
});
