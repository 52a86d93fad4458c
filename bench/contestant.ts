import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { StepReport } from './protocol';

/** A process that makes one training step whenever it is asked to. */
export class Contestant {
  readonly reports: StepReport[] = [];
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly process: ChildProcess,
    output: Interface,
    /** What it said about itself before it was ready. */
    readonly greeting: string[] = [],
  ) {
    this.lines = output[Symbol.asyncIterator]();
  }

  /** Starts the process and waits until it has loaded its model. */
  static async start(command: string, args: readonly string[], threads: number): Promise<Contestant> {
    const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    const contestant = new Contestant(child, createInterface({ input: child.stdout! }));
    for (let line = await contestant.line(); line !== 'ready'; line = await contestant.line())
      contestant.greeting.push(line);
    return contestant;
  }

  async step(): Promise<StepReport> {
    this.process.stdin!.write('step\n');
    const report = JSON.parse(await this.line()) as StepReport;
    this.reports.push(report);
    return report;
  }

  async end(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.stdin!.end();
    await exited;
  }

  private async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.process.spawnargs.join(' ')} ended early, with code ${this.process.exitCode}`);
    return value as string;
  }
}
