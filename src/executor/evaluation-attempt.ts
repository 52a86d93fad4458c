import type { Evaluation, Work } from '../domain';
import type { EvaluationReport, FromTrainer, ToTrainer } from '../trainer/messages';
import { evaluationResult } from './evaluation-result';
import type { ExecutorContext } from './executor-context';
import { ShortAttempt } from './short-attempt';
import { storedArtifact } from './stored-artifact';

/** One attempt at an evaluation that belongs to no run. */
export class EvaluationAttempt extends ShortAttempt {
  private readonly evaluation: Evaluation;
  private report: EvaluationReport | undefined;

  constructor(context: ExecutorContext, { claim, evaluation }: Extract<Work, { kind: 'EVALUATION' }>) {
    super(context, claim, context.domain.evaluations);
    this.evaluation = evaluation;
  }

  protected async assignment(): Promise<Extract<ToTrainer, { type: 'evaluate' }>> {
    const { inputs, auto, threads } = this.context;
    const { checkpoint, dataset, reference, device } = this.evaluation;
    return {
      type: 'evaluate',
      assignment: {
        checkpoint: await inputs.checkpoint(checkpoint!),
        reference: reference ? await inputs.checkpoint(reference) : null,
        evaluation: await inputs.evaluation(dataset!, this.evaluation),
        device: device === 'AUTO' ? auto : device,
        threads,
        scratch: this.scratch,
      },
    };
  }

  protected override async heard(messages: readonly FromTrainer[]): Promise<void> {
    const { evaluations, artifacts } = this.context.domain;
    for (const message of messages) {
      if (message.type === 'evaluated') this.report = message.report;
      if (message.type !== 'artifact') continue;
      await this.patiently(async () =>
        evaluations.recordArtifact(this.claim, await storedArtifact(artifacts, message)),
      );
    }
    const latest = messages.findLast((message) => message.type === 'measuring');
    if (!latest) return;
    const { type: _, ...progress } = latest;
    await this.patiently(() => evaluations.report(this.claim, progress));
  }

  protected async finished(): Promise<(() => Promise<void>) | undefined> {
    const { report, environment } = this;
    return report && (() => this.context.domain.evaluations.succeed(this.claim, evaluationResult(report, environment)));
  }
}
