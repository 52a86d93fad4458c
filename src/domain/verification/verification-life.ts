import { type Claim, LeaseLost } from '../../queue';
import { type Ending, JobLife, type JobLifeServices } from '../job/job-life';
import { isId } from '../listing/cursor';
import { type Finding, judge } from '../policy/judge';
import { type Refusal, refuse } from '../refusal/refusals';
import { cancelChannel } from '../run/run.service';
import { isFinal } from '../run/run-status';
import type { WebhookService } from '../webhook/webhook.service';
import { AttackResult } from './attack-result.entity';
import { digestOfSamples, type EvidenceSamples, evidenceSamples } from './evidence-samples';
import { Verification, type VerificationProgress } from './verification.entity';

/** What a verification found. */
export interface Evidenced {
  results: Finding[];
  environment: Record<string, unknown>;
}

interface VerificationLifeServices extends JobLifeServices {
  webhooks: WebhookService;
}

/** A verification in the hands of executors: begun, reported, cancelled, and judged when it ends. */
export abstract class VerificationLife extends JobLife<Verification> {
  protected constructor(private readonly given: VerificationLifeServices) {
    super(given, 'VERIFICATION', Verification);
  }

  /** One that waits ends at once; one under way is asked to, and its executor settles it. Asking twice is no error. */
  async cancel(id: string): Promise<Verification | Refusal> {
    const { database, queue, audit } = this.given;
    if (!isId(id)) return refuse('VERIFICATION_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      // Everybody locks the job before its subject, so that nobody waits in a circle.
      await database.query(`SELECT id FROM job WHERE kind = 'VERIFICATION' AND subject_id = $1 FOR UPDATE`, [id]);
      const found = await database
        .repository(Verification)
        .findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!found) return refuse('VERIFICATION_NOT_FOUND', ['id'], { id });
      if (isFinal(found.status)) {
        const status = found.status.toLowerCase();
        return found.status === 'CANCELLED' ? found : refuse('VERIFICATION_FINISHED', ['id'], { id, status });
      }
      if (found.cancelRequestedAt) return found;
      await database.repository(Verification).update({ id }, { cancelRequestedAt: new Date() });
      await audit.record({
        action: 'VERIFICATION_CANCEL_REQUESTED',
        subject: { type: 'VERIFICATION', id },
        after: { status: found.status, cancelRequested: true },
        projectId: found.projectId,
      });
      if (found.status === 'QUEUED') {
        await queue.remove('VERIFICATION', id);
        await this.end(found, { status: 'CANCELLED' });
      } else {
        await database.notify(cancelChannel, id);
      }
      return this.getOrFail(id);
    });
  }

  /** Part of the transaction that claimed the job. */
  override async begin(claim: Claim): Promise<Verification> {
    const { id } = await super.begin(claim);
    const relations = {
      checkpoint: true,
      original: true,
      retrained: true,
      forgetSet: true,
      retainSet: true,
      dataset: true,
    };
    return this.given.database.repository(Verification).findOneOrFail({ where: { id }, relations });
  }

  protected override fresh(): Partial<Verification> {
    return { progress: null };
  }

  protected override kept(row: Verification): object {
    const { planDigest, verdict, lines } = row;
    return { ...super.kept(row), planDigest, verdict, lines };
  }

  /** Says that its holder is alive, and hears whether it shall stop. @throws LeaseLost */
  override async heartbeat(claim: Claim): Promise<{ cancelRequested: boolean }> {
    await super.heartbeat(claim);
    const { cancelRequestedAt } = await this.getOrFail(claim.subjectId);
    return { cancelRequested: cancelRequestedAt !== null };
  }

  /** The images of a verification with its sets and dataset. Throws when they are not those that were planned. */
  async samples({ forgetSet, retainSet, dataset, plan }: Verification): Promise<EvidenceSamples> {
    const { images, seed, forgetClasses } = plan;
    const asked = {
      forgetSet: forgetSet!,
      retainSet: retainSet ?? null,
      dataset: dataset!,
      forgetClasses,
      images,
      seed,
    };
    const samples = await evidenceSamples(this.given.database, asked);
    if (digestOfSamples(samples) !== plan.samples.digest) throw new Error('the images are not those of the plan');
    return samples;
  }

  /** How far it is. @throws LeaseLost */
  async report(claim: Claim, progress: VerificationProgress): Promise<void> {
    const rows = await this.given.database.query(
      `UPDATE verification SET progress = $3 WHERE id = $1 AND attempts = $2 AND status = 'RUNNING' RETURNING id`,
      [claim.subjectId, claim.attempt, JSON.stringify(progress)],
    );
    if (rows.length === 0) throw new LeaseLost(claim);
  }

  /** Ends it with all its numbers and the verdict on them, in one transaction. @throws LeaseLost */
  async succeed(claim: Claim, { results, environment }: Evidenced): Promise<void> {
    await this.settle(claim, 'SUCCEEDED', async ({ id, plan }) => {
      const { thresholds } = plan.policy;
      await this.given.database
        .repository(AttackResult)
        .insert(results.map((row, position) => ({ ...row, verificationId: id, position, seed: plan.seed })));
      return { environment, ...judge(results, thresholds, { retrained: plan.models.RETRAINED !== null }) };
    });
  }

  /** The attempt stopped because it was cancelled. @throws LeaseLost */
  async cancelled(claim: Claim): Promise<void> {
    await this.settle(claim, 'CANCELLED', async () => ({}));
  }

  protected override async end(
    subject: Verification,
    change: Partial<Verification> & { status: Ending },
  ): Promise<void> {
    await super.end(subject, change);
    const { verdict = null } = change;
    if (verdict === null) return;
    const { id, checkpointId, projectId } = subject;
    const payload = { verificationId: id, checkpointId, verdict };
    await this.given.webhooks.publish('VERIFICATION_FINISHED', payload, projectId);
  }
}
