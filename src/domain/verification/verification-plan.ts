import type { AttackedModel, AttackName } from '../../attacks';
import type { Threshold } from '../policy/policy.entity';

/** How the relearning attacks train. */
export interface RelearningPlan {
  /** Of Adam. */
  learningRate: number;
  /** Samples of each set in a step. */
  batchSize: number;
  /** Steps after which they give up. */
  steps: number;
  /** Steps between two looks at the accuracy. */
  every: number;
  /** Forget images that RELEARN_FORGET trains on. */
  samples: number;
  /** Share of the original's accuracy at which a class counts as back. */
  share: number;
}

/** Coarser names: which classes an animal is. */
export interface Superclass {
  name: string;
  classes: string[];
}

/** Everything a verification will do and judge by, written down and digested before it does any of it. */
export interface VerificationPlan {
  /** Digests of the models' files. */
  models: Record<AttackedModel, string | null>;
  /** More checkpoints that were not trained on the forget images, with the digests of their files; plans of before it was asked have none. */
  references?: { id: string; digest: string }[];
  attacks: Record<AttackedModel, AttackName[]>;
  policy: { name: string; version: number; thresholds: Threshold[] };
  /** Every class an image may have, in order. */
  classes: string[];
  forgetClasses: string[];
  superclasses: Superclass[];
  /** Prompts with {} whose embeddings are averaged, for all but the paraphrases. */
  templates: string[];
  /** Images of each part, and the digest of all their hashes in order. */
  samples: { forget: number; retain: number; held: number; digest: string };
  /** At most so many images of each kind; see `evidence-samples.ts`. */
  images: number;
  relearning: RelearningPlan;
  seed: number;
}
