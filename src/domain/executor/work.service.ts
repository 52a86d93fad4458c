import type { Database } from '../../database';
import type { Claim, Queue } from '../../queue';
import type { Evaluation } from '../evaluation/evaluation.entity';
import type { EvaluationService } from '../evaluation/evaluation.service';
import type { Run } from '../run/run.entity';
import type { RunAttemptService } from '../run/run-attempt.service';
import type { Executor } from './executor.entity';
import { offersOf } from './executor.service';

/** Something to do, and the right to do it. */
export type Work =
  | { kind: 'RUN'; claim: Claim; run: Run }
  | { kind: 'EVALUATION'; claim: Claim; evaluation: Evaluation };

export class WorkService {
  constructor(
    readonly database: Database,
    readonly queue: Queue,
    readonly attempts: RunAttemptService,
    readonly evaluations: EvaluationService,
  ) {}

  /**
   * The most urgent thing this executor can do, now its own; null when there is none.
   * @param leaseSeconds after this long without a heartbeat the work goes to somebody else
   */
  async claim(executor: Executor, leaseSeconds: number): Promise<Work | null> {
    return this.database.transaction(async () => {
      const claim = await this.queue.claim(executor.id, ['RUN', 'EVALUATION'], offersOf(executor), leaseSeconds);
      if (!claim) return null;
      if (claim.kind === 'RUN') return { kind: 'RUN', claim, run: await this.attempts.begin(claim) };
      return { kind: 'EVALUATION', claim, evaluation: await this.evaluations.begin(claim) };
    });
  }

  /** Fails what was lost too often. Call it now and then, from any process. */
  async failExhausted(): Promise<void> {
    await this.attempts.failExhausted();
    await this.evaluations.failExhausted();
  }
}
