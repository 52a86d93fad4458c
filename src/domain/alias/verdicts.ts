import type { Verdict } from '../policy/judge';

/** What promotion needs to know of verification. */
export interface Verdicts {
  /** Verdict of the newest finished verification of a checkpoint; null when there is none. */
  verdictOf(checkpointId: string): Promise<Verdict | null>;
}
