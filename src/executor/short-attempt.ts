import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../domain';
import { type Claim, LeaseLost } from '../queue';
import type { Environment, FromTrainer, ToTrainer } from '../trainer/messages';
import type { ExecutorContext } from './executor-context';
import { Lease } from './lease';
import { patiently } from './patiently';
import { TrainerProcess } from './trainer-process';

/** How what a short job is about is kept, failed and given back: a service of the domain. */
interface Life {
  heartbeat(claim: Claim): Promise<{ cancelRequested: boolean }>;
  fail(claim: Claim, failure: Failure, how: { retry: boolean }): Promise<void>;
  release(claim: Claim): Promise<void>;
}

export type Final = Extract<FromTrainer, { type: 'finished' }>;

/** Failures that say more about the machine than about the work: another attempt may do better. */
const RETRIED: ReadonlySet<string> = new Set(['OUT_OF_MEMORY', 'STORAGE_FAILED']);

/** One attempt at something short enough to need no snapshot: fork, listen, write down, settle once. */
export abstract class ShortAttempt {
  protected readonly scratch: string;
  protected environment: Environment | undefined;
  private trainer: TrainerProcess | undefined;
  private lease: Lease | undefined;
  private stopping = false;
  private cancelling = false;

  protected constructor(
    protected readonly context: ExecutorContext,
    protected readonly claim: Claim,
    private readonly life: Life,
  ) {
    this.scratch = join(context.scratch, claim.subjectId, String(claim.attempt));
  }

  /** Everything the trainer will need to know. */
  protected abstract assignment(): Promise<Exclude<ToTrainer, { type: 'cancel' }>>;

  /** Some of what the trainer says, on the way. */
  protected async heard(_messages: readonly FromTrainer[]): Promise<void> {}

  /** How to write down what came of it; undefined when something is missing from what the trainer said. */
  protected abstract finished(final: Final): Promise<(() => Promise<unknown>) | undefined>;

  /** How to write down that it was cancelled. */
  protected cancelled(): Promise<unknown> {
    throw new Error('internal: this job cannot be cancelled');
  }

  async perform(): Promise<void> {
    const lease = new Lease({
      seconds: this.context.leaseSeconds,
      beat: () => this.life.heartbeat(this.claim),
      onCancel: () => this.cancel(),
      onLost: () => this.trainer?.kill(),
    });
    this.lease = lease;
    const unsubscribe = await this.context.onCancel((id) => {
      if (id === this.claim.subjectId) this.cancel();
      else if (id === null) void lease.beat();
    });
    try {
      await this.patiently(await this.work());
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    } finally {
      unsubscribe();
      lease.end();
      this.trainer?.kill();
      await this.trainer?.death;
      await rm(this.scratch, { recursive: true, force: true });
    }
  }

  stop(): void {
    this.stopping = true;
    this.trainer?.kill();
  }

  private cancel(): void {
    this.cancelling = true;
    this.trainer?.cancel();
  }

  /** Repeats a write until it succeeds or the lease is lost. */
  protected patiently(write: () => Promise<unknown>): Promise<void> {
    return patiently(write, () => this.lease?.lost ?? false, this.claim);
  }

  /** Does it, and answers how to write down what came of it. */
  private async work(): Promise<() => Promise<unknown>> {
    const fail = (code: string, message: string, retry: boolean) => () =>
      this.life.fail(this.claim, { code, message }, { retry });
    try {
      await mkdir(this.scratch, { recursive: true });
      this.trainer = new TrainerProcess(await this.assignment(), this.context);
    } catch (error) {
      return fail('INPUT_UNAVAILABLE', `what it needs could not be fetched: ${(error as Error).message}`, true);
    }
    if (this.cancelling) this.trainer.cancel();
    if (this.stopping) this.trainer.kill();
    let last: FromTrainer | undefined;
    for (let some = await this.trainer.next(); some; some = await this.trainer.next()) {
      this.environment ??= some.find((message) => message.type === 'started')?.environment;
      last = some.at(-1);
      await this.heard(some);
    }
    const death = await this.trainer.death;

    const write = last?.type === 'finished' ? await this.finished(last) : undefined;
    if (write) return write;
    if (this.cancelling) return () => this.cancelled();
    if (last?.type === 'failed') return fail(last.code, last.message, RETRIED.has(last.code));
    if (this.stopping) return () => this.life.release(this.claim);
    return fail(death.code, death.message, true);
  }
}
