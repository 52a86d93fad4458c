import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { cancelChannel, type Domain, type Executor as ExecutorRow, type Work } from '../domain';
import type { Log } from '../observability/log';
import { jobChannel } from '../queue';
import { describeDevices } from './devices';
import { EvaluationAttempt } from './evaluation-attempt';
import type { ExecutorContext } from './executor-context';
import { Inputs } from './inputs';
import { MergeAttempt } from './merge-attempt';
import { type BrokenPlugin, describePlugins, SHIPPED_PLUGINS } from './plugins';
import { RunAttempt } from './run-attempt';
import { VerificationAttempt } from './verification-attempt';

export interface ExecutorOptions {
  readonly domain: Domain;
  readonly log: Log;
  /** Data folder: fetched checkpoints, staged plugins and scratch files go under it. */
  readonly home: string;
  /** Lethe's version, for the executor's row. */
  readonly version: string;
  /** Folders of plugins beside the shipped ones. */
  readonly pluginFolders?: readonly string[];
  /** Runs at a time. */
  readonly concurrency?: number;
  /** Intra-op threads of each trainer; by default the cores are shared among the concurrent ones. */
  readonly threads?: number;
  /** After this long without a heartbeat the work goes to another executor. */
  readonly leaseSeconds?: number;
  readonly snapshotEveryMs?: number;
  /** How often to look for work without being woken. */
  readonly pollMs?: number;
  readonly heapMegabytes?: number;
}

export interface RunningExecutor {
  readonly id: string;
  readonly brokenPlugins: readonly BrokenPlugin[];
  /** Takes nothing new and gives back what is being done; other executors go on from the last snapshots. */
  stop(): Promise<void>;
}

/** Loads the plugins, publishes what this machine can do, and works until it is stopped. */
export async function startExecutor(options: ExecutorOptions): Promise<RunningExecutor> {
  const { domain, log, home, version, concurrency = 1 } = options;
  const pluginStore = join(home, 'plugins');
  await mkdir(pluginStore, { recursive: true });
  const [{ loaded, broken }, devices] = await Promise.all([
    describePlugins([SHIPPED_PLUGINS, ...(options.pluginFolders ?? [])], pluginStore),
    describeDevices(),
  ]);
  for (const plugin of broken) log.warn(plugin, 'a plugin was skipped');
  const { executor } = await domain.executors.register({
    host: hostname(),
    pid: process.pid,
    version,
    devices: devices.reports,
    methods: loaded.map(({ manifest }) => manifest),
    brokenPlugins: [...broken],
  });
  log.info({ executor: executor.id, methods: executor.methods }, 'executor ready');

  const scratch = join(home, 'scratch');
  await removeLeftovers(domain, scratch);
  const context: ExecutorContext = {
    domain,
    inputs: new Inputs(domain, join(home, 'cache')),
    log,
    leaseSeconds: options.leaseSeconds ?? 15,
    snapshotEveryMs: options.snapshotEveryMs ?? 5000,
    auto: devices.auto,
    threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / concurrency)),
    heapMegabytes: options.heapMegabytes,
    scratch: join(scratch, executor.id),
    pluginStore,
    // The staged copy, not the folder it came from: that one may be edited while runs wait.
    pluginFolder: ({ codeDigest }) => {
      const staged = join(pluginStore, codeDigest);
      return existsSync(staged) ? staged : undefined;
    },
    onCancel: (listener) => domain.database.notifications.subscribe(cancelChannel, listener),
  };
  const loop = new WorkLoop(context, executor, concurrency, options.pollMs ?? 2000);
  await loop.start();
  return { id: executor.id, brokenPlugins: broken, stop: () => loop.stop() };
}

/** What executors that are gone left behind. */
async function removeLeftovers(domain: Domain, scratch: string): Promise<void> {
  const alive = new Set((await domain.executors.alive()).map(({ id }) => id));
  for (const id of await readdir(scratch).catch(() => [])) {
    if (!alive.has(id)) await rm(join(scratch, id), { recursive: true, force: true });
  }
}

interface Attempt {
  perform(): Promise<void>;
  stop(): void;
}

function attemptAt(context: ExecutorContext, work: Work): Attempt {
  switch (work.kind) {
    case 'RUN':
      return new RunAttempt(context, work);
    case 'EVALUATION':
      return new EvaluationAttempt(context, work);
    case 'MERGE':
      return new MergeAttempt(context, work);
    case 'VERIFICATION':
      return new VerificationAttempt(context, work);
  }
}

/** Claims work whenever there is room for it: when woken by a new job, when one ended, and now and then anyway. */
class WorkLoop {
  private readonly running = new Map<Attempt, Promise<void>>();
  private stopping = false;
  private claiming: Promise<void> | undefined;
  private again = false;
  private timers: NodeJS.Timeout[] = [];
  private unsubscribe: () => void = () => {};

  constructor(
    private readonly context: ExecutorContext,
    private readonly executor: ExecutorRow,
    private readonly concurrency: number,
    private readonly pollMs: number,
  ) {}

  async start(): Promise<void> {
    const { domain } = this.context;
    this.unsubscribe = await domain.database.notifications.subscribe(jobChannel, () => this.look());
    this.timers = [
      setInterval(() => this.look(), this.pollMs),
      setInterval(() => void this.quietly(() => domain.executors.heartbeat(this.executor.id)), 5000),
      setInterval(() => void this.quietly(() => domain.work.failExhausted()), 5000),
    ];
    this.look();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.unsubscribe();
    for (const timer of this.timers) clearInterval(timer);
    await this.claiming;
    for (const attempt of this.running.keys()) attempt.stop();
    await Promise.all(this.running.values());
    await this.quietly(() => this.context.domain.executors.stop(this.executor.id));
    await rm(this.context.scratch, { recursive: true, force: true });
  }

  /** One look at a time; a wake-up in the middle of one means another one after it. */
  private look(): void {
    this.again = true;
    this.claiming ??= this.claimAll().finally(() => {
      this.claiming = undefined;
    });
  }

  private async claimAll(): Promise<void> {
    const { domain, leaseSeconds } = this.context;
    while (this.again) {
      this.again = false;
      while (!this.stopping && this.running.size < this.concurrency) {
        const work = await this.quietly(() => domain.work.claim(this.executor, leaseSeconds));
        if (!work) break;
        this.begin(work);
      }
    }
  }

  private begin(work: Work): void {
    const attempt = attemptAt(this.context, work);
    const { subjectId, attempt: number } = work.claim;
    const { log } = this.context;
    log.info({ kind: work.kind, subject: subjectId, attempt: number }, 'claimed');
    const done = attempt
      .perform()
      // The lease runs out and another attempt follows: the run is not lost, but somebody should know.
      .catch((error: unknown) => log.error({ err: error, subject: subjectId }, 'an attempt failed on our side'))
      .finally(() => {
        this.running.delete(attempt);
        if (!this.stopping) this.look();
      });
    this.running.set(attempt, done);
  }

  /** A database that does not answer is asked again at the next look. */
  private async quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.context.log.warn({ err: error }, 'the database did not answer');
      return undefined;
    }
  }
}
