import type { Verification, Work } from '../domain';
import type { AttackFinding, FromTrainer, SampleSource, ToTrainer } from '../trainer/messages';
import type { ExecutorContext } from './executor-context';
import { ShortAttempt } from './short-attempt';

/** One attempt at a verification, as it was planned. */
export class VerificationAttempt extends ShortAttempt {
  private readonly verification: Verification;
  private results: readonly AttackFinding[] | undefined;

  constructor(context: ExecutorContext, { claim, verification }: Extract<Work, { kind: 'VERIFICATION' }>) {
    super(context, claim, context.domain.verifications);
    this.verification = verification;
  }

  protected async assignment(): Promise<Extract<ToTrainer, { type: 'verify' }>> {
    const { inputs, auto, threads, domain } = this.context;
    const { verification } = this;
    const { checkpoint, original, retrained, dataset, device, plan } = verification;
    const samples = await domain.verifications.samples(verification);
    const part = async (
      name: keyof typeof samples,
      datasetId: string | null | undefined,
    ): Promise<SampleSource | null> =>
      datasetId == null || samples[name].length === 0
        ? null
        : { source: (await domain.datasets.getOrFail(datasetId)).source, samples: samples[name] };
    const { attacks, references = [], classes, forgetClasses, superclasses, templates, relearning, seed } = plan;
    return {
      type: 'verify',
      assignment: {
        models: {
          SUBJECT: await inputs.checkpoint(checkpoint!),
          ORIGINAL: await inputs.checkpoint(original!),
          RETRAINED: retrained ? await inputs.checkpoint(retrained) : null,
        },
        references: await Promise.all(
          references.map(async ({ id }) => inputs.checkpoint(await domain.checkpoints.getOrFail(id))),
        ),
        attacks,
        parts: {
          forget: await part('forget', verification.forgetSet?.datasetId),
          retain: await part('retain', verification.retainSet?.datasetId),
          held: await part('held', dataset!.id),
        },
        classes,
        forgetClasses,
        superclasses,
        templates,
        relearning,
        seed,
        device: device === 'AUTO' ? auto : device,
        threads,
      },
    };
  }

  protected override async heard(messages: readonly FromTrainer[]): Promise<void> {
    const { verifications } = this.context.domain;
    for (const message of messages) if (message.type === 'verified') this.results = message.results;
    const latest = messages.findLast((message) => message.type === 'measuring');
    if (!latest) return;
    const { type: _, ...progress } = latest;
    await this.patiently(() => verifications.report(this.claim, progress));
  }

  protected async finished(): Promise<(() => Promise<void>) | undefined> {
    const { results, environment } = this;
    if (!results) return undefined;
    const found = { results: [...results], environment: { ...environment } };
    return () => this.context.domain.verifications.succeed(this.claim, found);
  }

  protected override cancelled(): Promise<void> {
    return this.context.domain.verifications.cancelled(this.claim);
  }
}
