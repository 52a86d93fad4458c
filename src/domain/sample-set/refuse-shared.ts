import { type Refusal, refuse } from '../refusal/refusals';

/** What two collections of samples have in common: how many, and the hash of one. */
export interface Shared {
  count: number;
  hash: string | null;
}

/** Refuses what is to be apart and is not; null when it is. */
export function refuseShared({ count, hash }: Shared, left: string, right: string, field: string): Refusal | null {
  return count === 0 ? null : refuse('SETS_OVERLAP', [field], { left, right, count, hash: hash! });
}
