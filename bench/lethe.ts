import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readCheckpoint } from '../src/clip';
import { createSession } from '../src/runtime';
import { CASES, type CaseName } from './cases';
import type { StepReport } from './protocol';
import { ADAM, benchBatch, benchStep } from './training-step';

/** Contestant: `node lethe.js CASE FOLDER THREADS [PROFILE]`; one training step for each line on standard input. */
async function main(): Promise<void> {
  const [name, folder, threads, profile] = process.argv.slice(2) as [CaseName, string, string, string | undefined];
  const session = await createSession(benchStep(CASES[name]), { threads: Number(threads), profile });
  session.loadState((await readCheckpoint(folder)).weights);
  const feeds = { ...benchBatch(CASES[name]), learningRate: Float32Array.of(ADAM.learningRate) };
  resetPeak();
  process.stdout.write('ready\n');
  for await (const _ of createInterface({ input: process.stdin })) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const { loss } = await session.run(feeds);
    const milliseconds = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    const processorMilliseconds = (user + system) / 1000;
    const report: StepReport = { milliseconds, processorMilliseconds, loss: Number(loss![0]), peakBytes: peak() };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  await session.dispose();
}

/** Linux forgets the peak of resident memory when told so; elsewhere there is no peak to read either. */
function resetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

function peak(): number | null {
  if (process.platform !== 'linux') return null;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}

main();
