import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { putFolder } from '../artifacts';
import type { CheckpointMerge, Work } from '../domain';
import { type Claim, LeaseLost } from '../queue';
import type { FromTrainer, MergeAssignment } from '../trainer/messages';
import type { ExecutorContext } from './executor-context';
import { Lease } from './lease';
import { patiently } from './patiently';
import { TrainerProcess } from './trainer-process';

/** One attempt at averaging checkpoints, in a trainer of its own; what it leaves unfinished is thrown away. */
export class MergeAttempt {
  private readonly claim: Claim;
  private readonly merge: CheckpointMerge;
  private readonly scratch: string;
  private trainer: TrainerProcess | undefined;
  private stopping = false;

  constructor(
    private readonly context: ExecutorContext,
    { claim, merge }: Extract<Work, { kind: 'MERGE' }>,
  ) {
    this.claim = claim;
    this.merge = merge;
    this.scratch = join(context.scratch, merge.id, String(claim.attempt));
  }

  async perform(): Promise<void> {
    const { merges } = this.context.domain;
    const lease = new Lease({
      seconds: this.context.leaseSeconds,
      beat: async () => {
        await merges.heartbeat(this.claim);
        return undefined;
      },
      onCancel: () => {},
      onLost: () => this.trainer?.kill(),
    });
    try {
      await patiently(await this.work(), () => lease.lost, this.claim);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    } finally {
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

  /** Does it, and answers how to write down what came of it. */
  private async work(): Promise<() => Promise<void>> {
    const { merges } = this.context.domain;
    const fail = (code: string, message: string, retry: boolean) => () =>
      merges.fail(this.claim, { code, message }, { retry });
    try {
      this.trainer = new TrainerProcess({ type: 'merge', assignment: await this.assignment() }, this.context);
    } catch (error) {
      return fail('INPUT_UNAVAILABLE', `what it needs could not be fetched: ${(error as Error).message}`, true);
    }
    if (this.stopping) this.trainer.kill();
    let final: FromTrainer | undefined;
    for (let some = await this.trainer.next(); some; some = await this.trainer.next()) final = some.at(-1);
    const death = await this.trainer.death;

    if (final?.type === 'finished' && final.checkpoint !== null) return this.made(final.checkpoint);
    if (final?.type === 'failed') {
      return fail(final.code, final.message, final.code === 'OUT_OF_MEMORY' || final.code === 'STORAGE_FAILED');
    }
    if (this.stopping) return () => merges.release(this.claim);
    return fail(death.code, death.message, true);
  }

  private async assignment(): Promise<MergeAssignment> {
    const { inputs, domain } = this.context;
    const sources: MergeAssignment['sources'][number][] = [];
    for (const { checkpointId, share } of this.merge.sources) {
      sources.push({ path: await inputs.checkpoint(await domain.checkpoints.getOrFail(checkpointId)), share });
    }
    await mkdir(this.scratch, { recursive: true });
    return { sources, scratch: this.scratch };
  }

  private async made(folder: string): Promise<() => Promise<void>> {
    const { checkpoints, artifacts, merges } = this.context.domain;
    const { name, sources } = this.merge;
    const { architecture, layout, parameterCount, config } = await checkpoints.getOrFail(sources[0]!.checkpointId);
    return async () => {
      const files = await putFolder(artifacts, folder);
      await merges.succeed(this.claim, { name, files, architecture, layout, parameterCount, config });
    };
  }
}
