import type { Verdict } from '../policy/judge';

/** What promotion needs to know of verification. */
export interface Verdicts {
  /** What the newest evidence says, by this policy, about what a checkpoint is to have forgotten; null when there is none. */
  verdictOf(checkpointId: string, policyId: string): Promise<Verdict | null>;
}
