import type { Finding, Verdict } from '../../src/domain';

/** What a cell found: numbers, and everything they rest on. */
export interface Measured {
  readonly name: string;
  readonly forgotten: string;
  /** Of the verification that every user can ask for, without a retrained model. */
  readonly findings: readonly Finding[];
  /** RMIA with the retrained model as its reference. */
  readonly besideRetrained: readonly Finding[];
  /** What the verification said, by the policy that was shipped then. */
  readonly verdict: Verdict | null;
  readonly images: { readonly forget: number; readonly retain: number; readonly held: number };
  readonly seed: number;
  readonly planDigest: string;
  /** Digest of the retrained model; null where there was none. */
  readonly retrained: string | null;
  /** Seconds of the method; null where there was no run. */
  readonly runSeconds: number | null;
  readonly verificationSeconds: number;
  /** Why there are no numbers: the run ended without a model, and would again. */
  readonly failed?: string;
  readonly environment: string;
}
