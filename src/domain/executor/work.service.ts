import type { Database } from '../../database';
import type { Claim, Queue } from '../../queue';
import type { Evaluation } from '../evaluation/evaluation.entity';
import type { EvaluationService } from '../evaluation/evaluation.service';
import type { CheckpointMerge } from '../merge/checkpoint-merge.entity';
import type { MergeService } from '../merge/merge.service';
import type { Run } from '../run/run.entity';
import type { RunAttemptService } from '../run/run-attempt.service';
import type { Verification } from '../verification/verification.entity';
import type { VerificationService } from '../verification/verification.service';
import type { Executor } from './executor.entity';
import { offersOf } from './executor.service';

/** Something to do, and the right to do it. */
export type Work =
  | { kind: 'RUN'; claim: Claim; run: Run }
  | { kind: 'EVALUATION'; claim: Claim; evaluation: Evaluation }
  | { kind: 'MERGE'; claim: Claim; merge: CheckpointMerge }
  | { kind: 'VERIFICATION'; claim: Claim; verification: Verification };

const KINDS: Work['kind'][] = ['RUN', 'EVALUATION', 'MERGE', 'VERIFICATION'];

interface WorkServices {
  database: Database;
  queue: Queue;
  attempts: RunAttemptService;
  evaluations: EvaluationService;
  merges: MergeService;
  verifications: VerificationService;
}

export class WorkService {
  constructor(readonly services: WorkServices) {}

  /**
   * The most urgent thing this executor can do, now its own; null when there is none.
   * @param leaseSeconds after this long without a heartbeat the work goes to somebody else
   */
  async claim(executor: Executor, leaseSeconds: number): Promise<Work | null> {
    const { database, queue, attempts, evaluations, merges, verifications } = this.services;
    return database.transaction(async () => {
      const claim = await queue.claim(executor.id, KINDS, offersOf(executor), leaseSeconds);
      if (!claim) return null;
      if (claim.kind === 'RUN') return { kind: 'RUN', claim, run: await attempts.begin(claim) };
      if (claim.kind === 'MERGE') return { kind: 'MERGE', claim, merge: await merges.begin(claim) };
      if (claim.kind === 'VERIFICATION')
        return { kind: 'VERIFICATION', claim, verification: await verifications.begin(claim) };
      return { kind: 'EVALUATION', claim, evaluation: await evaluations.begin(claim) };
    });
  }

  /** Fails what was lost too often. Call it now and then, from any process. */
  async failExhausted(): Promise<void> {
    const { attempts, evaluations, merges, verifications } = this.services;
    await attempts.failExhausted();
    await evaluations.failExhausted();
    await merges.failExhausted();
    await verifications.failExhausted();
  }
}
