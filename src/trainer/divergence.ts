import { RunFailure } from './stop';

/** How far a term may leave the size it started with. A loss that is unbounded below may grow, but not without end. */
const GROWTH = 1e6;

/** Stops a stage whose loss is no longer a number or has run away, naming the step and the term. */
export class Divergence {
  private readonly first = new Map<string, number>();

  constructor(private readonly stage: string) {}

  check(step: number, losses: Readonly<Record<string, number>>): void {
    // The loss last: when it diverges, one of its terms did, and that is the name to know.
    const terms = Object.entries(losses).sort(([a], [b]) => Number(a === 'loss') - Number(b === 'loss'));
    for (const [term, value] of terms) {
      const first = this.first.get(term) ?? value;
      this.first.set(term, first);
      if (Number.isFinite(value) && Math.abs(value) <= GROWTH * (1 + Math.abs(first))) continue;
      throw new RunFailure(
        'DIVERGED',
        `diverged in stage "${this.stage}" at step ${step}: the term "${term}" is ${value}. Try a smaller learning rate.`,
      );
    }
  }
}
