import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ExitAlone, FromTrainer, ToTrainer } from '../trainer/messages';
import { type Death, describeDeath } from './death';

const TRAINER = join(__dirname, '../trainer/trainer.js');

/** From asking a trainer to stop until it is killed: a step of a large model cannot be interrupted. */
const GRACE_MS = 1200;

const EXIT_ALONE: ExitAlone = 76;

/** How much of what a dying process said on stderr is kept. */
const TAIL = 4096;

export interface TrainerOptions {
  /** Limit of the child's JavaScript heap; ONNX Runtime's memory is not counted. */
  readonly heapMegabytes?: number;
}

/** One forked trainer, as the executor sees it: messages in order, then how it ended. */
export class TrainerProcess {
  private readonly child: ChildProcess;
  private readonly pending: FromTrainer[] = [];
  private wake: () => void = () => {};
  private ended = false;
  /** Killed by us because it did not end by itself after it had closed its channel. */
  private killedAlone = false;
  private stderr = '';
  private grace: NodeJS.Timeout | undefined;
  /** Resolves when the process is gone and everything it said has been received. */
  readonly death: Promise<Death>;

  constructor(first: Exclude<ToTrainer, { type: 'cancel' }>, { heapMegabytes }: TrainerOptions = {}) {
    this.child = fork(TRAINER, {
      // Messages carry NaN and undefined, which JSON would change.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`],
      env: environmentOfTrainer(),
    });
    this.child.on('message', (message: FromTrainer) => this.receive(message));
    this.child.stdout?.on('data', (text: Buffer) => this.printed(text));
    this.child.stderr?.on('data', (text: Buffer) => {
      this.stderr = (this.stderr + text.toString('utf8')).slice(-TAIL);
    });
    this.child.once('disconnect', () => {
      // Without a channel it can tell nobody anything: give it a moment to end by itself, which it does.
      this.grace ??= setTimeout(() => {
        this.killedAlone = true;
        this.kill();
      }, GRACE_MS);
    });
    this.death = new Promise((resolve) => {
      this.child.once('error', (error) => this.end(resolve, { code: null, signal: null, stderr: error.message }));
      this.child.once('close', (code, signal) => this.end(resolve, { code, signal, stderr: this.stderr }));
    });
    this.child.send(first, (error) => {
      if (error) this.kill();
    });
  }

  /** All that was said since the last call, as soon as there is something; undefined after the end. */
  async next(): Promise<FromTrainer[] | undefined> {
    while (this.pending.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.pending.length > 0 ? this.pending.splice(0) : undefined;
  }

  /** Asks it to stop between two steps; kills it when it has not. */
  cancel(): void {
    if (this.child.connected) this.child.send({ type: 'cancel' } satisfies ToTrainer, () => {});
    this.grace ??= setTimeout(() => this.kill(), GRACE_MS);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  private receive(message: FromTrainer): void {
    this.pending.push(message);
    this.wake();
  }

  /** What a plugin prints becomes part of the run's story. */
  private printed(text: Buffer): void {
    for (const message of text.toString('utf8').split('\n')) {
      if (message.trim() !== '') this.receive({ type: 'log', level: 'info', message: message.slice(0, TAIL) });
    }
  }

  private end(resolve: (death: Death) => void, facts: Parameters<typeof describeDeath>[0]): void {
    clearTimeout(this.grace);
    this.ended = true;
    this.wake();
    resolve(describeDeath({ ...facts, disconnected: this.killedAlone || facts.code === EXIT_ALONE }));
  }
}

/** The trainer is told everything in its first message; a plugin shall not find the database's password around it. */
function environmentOfTrainer(): NodeJS.ProcessEnv {
  const kept = [
    'PATH',
    'HOME',
    'TMPDIR',
    'TEMP',
    'LANG',
    'LD_LIBRARY_PATH',
    'CUDA_VISIBLE_DEVICES',
    'VK_DRIVER_FILES',
    'VK_ICD_FILENAMES',
    'XDG_RUNTIME_DIR',
    'SystemRoot',
  ];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
