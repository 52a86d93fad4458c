import type { Tensor } from './onnxruntime';

/**
 * Where a step on the host writes the next state. Fresh memory for it costs as much time as the optimiser itself, and twice the memory. So a moment is
 * written over its predecessor, as is a weight that is updated apart; any other weight, which the backward pass may still read when its next value is
 * already known, into the buffer of the step before. Arrays that anyone else holds, because they were loaded or handed out, are never written again.
 */
export class StateBuffers {
  private readonly owned = new Map<string, Tensor>();
  private readonly spare = new Map<string, Tensor>();

  /** The state named in `inPlace` may be written over while a step runs. */
  constructor(private readonly inPlace: ReadonlySet<string>) {}

  /** The buffer for a state's next value, given its present one; null for a fresh one. */
  target(name: string, present: Tensor): Tensor | null {
    if (this.inPlace.has(name) && this.owned.get(name) === present) return present;
    return this.spare.get(name) ?? null;
  }

  /** Takes note that a step wrote `next`. */
  advance(name: string, present: Tensor, next: Tensor): void {
    if (present !== next && this.owned.get(name) === present) this.spare.set(name, present);
    else if (present !== next) this.spare.delete(name);
    this.owned.set(name, next);
  }

  /** From now on somebody else may hold the present values. */
  handOut(): void {
    this.owned.clear();
  }
}
