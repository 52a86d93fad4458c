import type { Attack } from './attack';
import { imageLeak } from './image-leak';
import { linearProbe } from './linear-probe';
import { membershipInference } from './membership-inference';
import { paraphrases } from './paraphrases';
import { relearnForget, relearnRetain } from './relearning';
import { retainDrift } from './retain-drift';
import { rmia } from './rmia';
import { superclass } from './superclass';

/** Every attack. A new one is a file and a row here: the API, its checks and docs/evidence.md follow. */
export const ATTACKS = {
  PARAPHRASES: paraphrases,
  SUPERCLASS: superclass,
  MEMBERSHIP_INFERENCE: membershipInference,
  RMIA: rmia,
  LINEAR_PROBE: linearProbe,
  IMAGE_LEAK: imageLeak,
  RETAIN_DRIFT: retainDrift,
  RELEARN_RETAIN: relearnRetain,
  RELEARN_FORGET: relearnForget,
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;
export const ATTACK_NAMES = Object.keys(ATTACKS) as AttackName[];
