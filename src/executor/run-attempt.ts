import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { putFolder } from '../artifacts';
import type { Found, MetricPoint, NewRunEvent, Run, Work } from '../domain';
import { type Claim, LeaseLost } from '../queue';
import type { Assignment, Environment, FromTrainer } from '../trainer/messages';
import { evaluationResult } from './evaluation-result';
import type { ExecutorContext } from './executor-context';
import { Lease } from './lease';
import { patiently } from './patiently';
import { storedArtifact } from './stored-artifact';
import { TrainerProcess } from './trainer-process';

type Final = Extract<FromTrainer, { type: 'finished' | 'failed' | 'cancelled' }>;

/** Failures that say more about the machine than about the run: another attempt may do better. */
const RETRIED = new Set(['OUT_OF_MEMORY', 'STORAGE_FAILED']);

/** One attempt at a run: fork, listen, write down, settle exactly once. */
export class RunAttempt {
  private readonly claim: Claim;
  private readonly run: Run;
  private readonly scratch: string;
  private trainer: TrainerProcess | undefined;
  private stopping = false;
  private cancelling = false;
  private environment: Environment | undefined;
  private after: Found | null = null;
  private snapshot: string | undefined;
  private final: Final | undefined;

  constructor(
    private readonly context: ExecutorContext,
    { claim, run }: Extract<Work, { kind: 'RUN' }>,
  ) {
    this.claim = claim;
    this.run = run;
    this.scratch = join(context.scratch, run.id, String(claim.attempt));
  }

  /** Ends when the run is settled, given back, or lost to another executor. Throws only our own bugs. */
  async perform(): Promise<void> {
    const { domain, leaseSeconds, log } = this.context;
    const lease = new Lease({
      seconds: leaseSeconds,
      beat: () => domain.attempts.heartbeat(this.claim),
      onCancel: () => this.cancel(),
      onLost: () => this.trainer?.kill(),
    });
    const unsubscribe = await this.context.onCancel((runId) => {
      if (runId === this.run.id) this.cancel();
      else if (runId === null) void lease.beat();
    });
    try {
      if (this.run.cancelRequestedAt) return await domain.attempts.cancelled(this.claim);
      await this.work(lease);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      log.warn({ run: this.run.id, attempt: this.claim.attempt }, 'the run went to another executor');
    } finally {
      unsubscribe();
      lease.end();
      this.trainer?.kill();
      await this.trainer?.death;
      await rm(this.scratch, { recursive: true, force: true });
    }
  }

  /** Gives the run back: the next executor goes on from its last snapshot. */
  stop(): void {
    this.stopping = true;
    this.trainer?.kill();
  }

  private cancel(): void {
    this.cancelling = true;
    this.trainer?.cancel();
  }

  private async work(lease: Lease): Promise<void> {
    const { attempts } = this.context.domain;
    const assignment = await this.assignment().catch((error: Error) => error);
    if (assignment instanceof Error) {
      const message = `what the run needs could not be fetched: ${assignment.message}`;
      return this.patiently(lease, () =>
        attempts.fail(this.claim, { code: 'INPUT_UNAVAILABLE', message }, { retry: true }),
      );
    }
    this.trainer = new TrainerProcess({ type: 'run', assignment }, this.context);
    if (this.cancelling) this.trainer.cancel();
    if (this.stopping) this.trainer.kill();
    for (let said = await this.trainer.next(); said; said = await this.trainer.next()) {
      if (lease.lost) throw new LeaseLost(this.claim);
      const messages = said;
      await this.patiently(lease, () => this.record(messages));
    }
    const death = await this.trainer.death;
    if (lease.lost) throw new LeaseLost(this.claim);
    await this.settle(lease, death);
  }

  /** Everything the trainer will need to know. */
  private async assignment(): Promise<Assignment> {
    const { context, run } = this;
    const { inputs } = context;
    const { method, forgetSet, retainSet, calibrationSet, evaluateOn } = run;
    const given = { forget: forgetSet, retain: retainSet, calibration: calibrationSet };
    const sets: Record<string, Assignment['sets']['forget']> = {};
    for (const [name, set] of Object.entries(given)) if (set && set.sampleCount > 0) sets[name] = await inputs.set(set);
    await mkdir(this.scratch, { recursive: true });
    const folder = context.pluginFolder(method!);
    if (!folder)
      throw new Error(`this executor has no plugin ${method!.name} of the code that the run was started with`);
    const resumeFrom =
      run.snapshot && (await inputs.artifact(run.snapshot.digest, join(this.scratch, 'resumed-snapshot')));
    this.snapshot = run.snapshot?.digest;
    return {
      run: run.id,
      plugin: { folder, codeDigest: method!.codeDigest, store: context.pluginStore },
      parameters: run.parameters,
      seed: run.seed,
      checkpoint: await inputs.checkpoint(run.checkpoint!),
      sets,
      classes: await inputs.classes(
        Object.values(given).filter((set) => set != null),
        evaluateOn ?? null,
      ),
      forgotten: forgetSet!.classes,
      ...(evaluateOn && {
        evaluation: await inputs.evaluation(evaluateOn, { templates: run.templates, metrics: ['ZERO_SHOT'] }),
      }),
      pictures: run.pictures,
      ...(resumeFrom && { resumeFrom }),
      scratch: this.scratch,
      snapshotEveryMs: context.snapshotEveryMs,
      device: run.device === 'AUTO' ? context.auto : run.device,
      threads: context.threads,
    };
  }

  /** Writes down what the trainer said, in its order; of progress that piled up only the newest counts. */
  private async record(messages: readonly FromTrainer[]): Promise<void> {
    const { attempts } = this.context.domain;
    const events: NewRunEvent[] = [];
    const points: MetricPoint[] = [];
    const flush = async () => {
      await attempts.recordMetrics(this.claim, points.splice(0));
      if (events.length > 0) await attempts.report(this.claim, events.splice(0));
    };
    for (const message of messages) {
      switch (message.type) {
        case 'started':
          this.environment = message.environment;
          break;
        case 'stage': {
          const { stage, totalSteps } = message;
          events.push({ type: 'STAGE', payload: { stage, totalSteps } });
          break;
        }
        case 'progress': {
          const { type: _, ...progress } = message;
          if (events.at(-1)?.type === 'PROGRESS') events.pop();
          events.push({ type: 'PROGRESS', payload: progress });
          break;
        }
        case 'metrics':
          for (const { step, values } of message.points) {
            for (const [name, value] of Object.entries(values))
              points.push({ name, stage: message.stage, step, value });
          }
          break;
        case 'log':
          events.push({ type: 'LOG', payload: { level: message.level, message: message.message } });
          break;
        case 'evaluated': {
          const found = evaluationResult(message.report, this.environment);
          if (message.role === 'AFTER') this.after = found;
          else {
            await flush();
            await attempts.recordBefore(this.claim, found);
          }
          break;
        }
        case 'snapshot':
          await flush();
          await this.keepSnapshot(message);
          break;
        case 'artifact':
          await flush();
          await attempts.recordArtifact(this.claim, await storedArtifact(this.context.domain.artifacts, message));
          break;
        case 'measuring':
        case 'verified':
          break;
        default:
          this.final = message;
      }
    }
    await flush();
  }

  /** Stores the snapshot where any executor can find it, and drops the one before. */
  private async keepSnapshot({ file, position }: Extract<FromTrainer, { type: 'snapshot' }>): Promise<void> {
    const { domain } = this.context;
    const { digest } = await domain.artifacts.put(file);
    await domain.attempts.recordSnapshot(this.claim, { ...position, digest });
    if (this.snapshot !== undefined && this.snapshot !== digest) await domain.artifacts.delete(this.snapshot);
    this.snapshot = digest;
    await rm(file, { force: true });
  }

  private async settle(lease: Lease, death: { code: string; message: string }): Promise<void> {
    const { attempts } = this.context.domain;
    const { final, claim } = this;
    const ended = (write: () => Promise<unknown>) => this.patiently(lease, write);
    if (final?.type === 'finished') await ended(() => this.succeed(final));
    else if (final?.type === 'cancelled' || (this.cancelling && !final)) await ended(() => attempts.cancelled(claim));
    else if (this.stopping && !final) return ended(() => attempts.release(claim));
    else {
      const { code, message } = final ?? death;
      await ended(() => attempts.fail(claim, { code, message }, { retry: !final || RETRIED.has(final.code) }));
      const after = await this.context.domain.runs.get(this.run.id);
      if (after?.status === 'QUEUED') return;
    }
    if (this.snapshot !== undefined) await this.context.domain.artifacts.delete(this.snapshot);
  }

  private async succeed({ checkpoint: folder, outcome, cost }: Extract<Final, { type: 'finished' }>): Promise<void> {
    const { domain } = this.context;
    const { checkpoint, forgetSet } = this.run;
    if (folder === null) throw new Error('internal: a run finished without a checkpoint');
    const { architecture, layout, parameterCount, config, name } = checkpoint!;
    const files = await putFolder(domain.artifacts, folder);
    await domain.attempts.succeed(this.claim, {
      checkpoint: { name: `${name} without ${forgetSet!.name}`, files, architecture, layout, parameterCount, config },
      outcome,
      environment: { ...this.environment },
      after: this.after,
      cost,
    });
  }

  private patiently(lease: Lease, write: () => Promise<unknown>): Promise<void> {
    return patiently(write, () => lease.lost, this.claim);
  }
}
