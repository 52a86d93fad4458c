import type { AttackName } from '../../attacks';
import type { Device } from '../run/run.entity';
import type { Superclass } from './verification-plan';

/** What every verification may be told; how it measures is the policy's. */
export interface VerificationOptions {
  /** The shipped policy when left out. */
  policyId?: string | null;
  /** A checkpoint trained without the forget images. */
  retrainedId?: string | null;
  /** More checkpoints that were not trained on the forget images, for RMIA. */
  referenceIds?: string[] | null;
  /** Every attack that what is given allows, when left out. */
  attacks?: AttackName[] | null;
  superclasses?: Superclass[] | null;
  device?: Device | null;
  idempotencyKey?: string | null;
}

export interface VerifyRun extends VerificationOptions {
  runId: string;
  /** The run's own when left out; a run whose forget set only names classes needs one with images. */
  forgetSetId?: string | null;
  retainSetId?: string | null;
  /** The run's images to evaluate on when left out. */
  datasetId?: string | null;
}

export interface VerifyCheckpoint extends VerificationOptions {
  checkpointId: string;
  originalId: string;
  forgetSetId: string;
  retainSetId?: string | null;
  datasetId: string;
}
