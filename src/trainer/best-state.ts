import type { Weights } from '../engine';
import type { Snapshot } from './snapshot';

/** The state of the epoch with the best score on the held-out part; of equals the first. */
export class BestState {
  best: { step: number; score: number } | undefined;
  state: Weights | undefined;

  constructor(resume: Snapshot | undefined) {
    if (!resume?.arrays.best) return;
    this.state = resume.arrays.best;
    this.best = { step: resume.facts.bestStep!, score: resume.facts.bestScore! };
  }

  async offer(step: number, score: number, state: () => Promise<Weights>): Promise<void> {
    if (this.best && score <= this.best.score) return;
    this.best = { step, score };
    this.state = await state();
  }

  get facts(): Record<string, number> {
    return this.best ? { bestStep: this.best.step, bestScore: this.best.score } : {};
  }
}
