import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export type Role = 'server' | 'executor';

/** `lethe server` or `lethe executor` as a process that can be killed and started again. */
export class LetheProcess {
  #child: ChildProcess | null = null;

  constructor(
    readonly role: Role,
    readonly environment: Record<string, string>,
    readonly logFolder: string,
  ) {}

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Starts it and waits for the first line of its output: it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [resolve(__dirname, '../../src/cli.js'), this.role], {
      env: { PATH: process.env.PATH, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const log = createWriteStream(join(this.logFolder, `${this.role}.log`), { flags: 'a' });
    child.stderr.pipe(log);
    const line = await new Promise<string | null>((done) => {
      createInterface({ input: child.stdout }).once('line', done);
      child.once('close', () => done(null));
    });
    if (line === null) throw new Error(`the ${this.role} did not start; see ${this.logFolder}`);
    this.#child = child;
  }

  /** As the kernel does when memory is short: nothing is tidied up. */
  async kill(): Promise<void> {
    const child = this.#child!;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
}

/** The trainers that a process has forked, by /proc. */
export async function trainersOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== pid) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (/trainer\/[\w-]+\.js/.test(command)) found.push(Number(entry));
  }
  return found;
}
