import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evaluation, Work } from '../domain';
import { type Claim, LeaseLost } from '../queue';
import type { Environment, FromTrainer } from '../trainer/messages';
import { evaluationResult } from './evaluation-result';
import type { ExecutorContext } from './executor-context';
import { Lease } from './lease';
import { patiently } from './patiently';
import { storedArtifact } from './stored-artifact';
import { TrainerProcess } from './trainer-process';

/** One attempt at an evaluation that belongs to no run. Short enough to need no snapshot. */
export class EvaluationAttempt {
  private readonly claim: Claim;
  private readonly evaluation: Evaluation;
  private trainer: TrainerProcess | undefined;
  private readonly scratch: string;
  private stopping = false;

  constructor(
    private readonly context: ExecutorContext,
    { claim, evaluation }: Extract<Work, { kind: 'EVALUATION' }>,
  ) {
    this.claim = claim;
    this.evaluation = evaluation;
    this.scratch = join(context.scratch, evaluation.id, String(claim.attempt));
  }

  async perform(): Promise<void> {
    const { evaluations } = this.context.domain;
    const lease = new Lease({
      seconds: this.context.leaseSeconds,
      beat: async () => {
        await evaluations.heartbeat(this.claim);
        return undefined;
      },
      onCancel: () => {},
      onLost: () => this.trainer?.kill(),
    });
    try {
      await patiently(await this.work(lease), () => lease.lost, this.claim);
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
  private async work(lease: Lease): Promise<() => Promise<void>> {
    const { domain, inputs, auto, threads } = this.context;
    const { evaluations } = domain;
    const { checkpoint, dataset, reference, device } = this.evaluation;
    const fail = (code: string, message: string, retry: boolean) => () =>
      evaluations.fail(this.claim, { code, message }, { retry });
    try {
      await mkdir(this.scratch, { recursive: true });
      this.trainer = new TrainerProcess(
        {
          type: 'evaluate',
          assignment: {
            checkpoint: await inputs.checkpoint(checkpoint!),
            reference: reference ? await inputs.checkpoint(reference) : null,
            evaluation: await inputs.evaluation(dataset!, this.evaluation),
            device: device === 'AUTO' ? auto : device,
            threads,
            scratch: this.scratch,
          },
        },
        this.context,
      );
    } catch (error) {
      return fail('INPUT_UNAVAILABLE', `what it needs could not be fetched: ${(error as Error).message}`, true);
    }
    if (this.stopping) this.trainer.kill();
    const said: FromTrainer[] = [];
    for (let some = await this.trainer.next(); some; some = await this.trainer.next()) {
      said.push(...some);
      for (const message of some) {
        if (message.type !== 'artifact') continue;
        await patiently(
          async () => evaluations.recordArtifact(this.claim, await storedArtifact(domain.artifacts, message)),
          () => lease.lost,
          this.claim,
        );
      }
      const latest = some.findLast((message) => message.type === 'measuring');
      if (!latest) continue;
      const { type: _, ...progress } = latest;
      await patiently(
        () => evaluations.report(this.claim, progress),
        () => lease.lost,
        this.claim,
      );
    }
    const death = await this.trainer.death;

    const final = said.at(-1);
    const report = said.find((message) => message.type === 'evaluated')?.report;
    const environment: Environment | undefined = said.find((message) => message.type === 'started')?.environment;
    if (final?.type === 'finished' && report) {
      return () => evaluations.succeed(this.claim, evaluationResult(report, environment));
    }
    if (final?.type === 'failed') return fail(final.code, final.message, final.code === 'OUT_OF_MEMORY');
    if (this.stopping) return () => evaluations.release(this.claim);
    return fail(death.code, death.message, true);
  }
}
