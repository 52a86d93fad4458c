import type { AttackedModel, AttackName } from '../../attacks';
import type { Threshold } from '../policy/policy.entity';
import type { Protocol, RelearningProtocol } from '../policy/protocol';

/** How the relearning attacks train, for a model of this size. */
export type RelearningPlan = RelearningProtocol & { learningRate: number };

/** Coarser names: which classes an animal is. */
export interface Superclass {
  name: string;
  classes: string[];
}

/** Everything a verification will do and judge by, written down and digested before it does any of it. */
export interface VerificationPlan extends Protocol {
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
  /** Images of each part, and the digest of all their hashes in order. */
  samples: { forget: number; retain: number; held: number; digest: string };
  relearning: RelearningPlan;
}
