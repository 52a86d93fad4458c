import type { Weights } from '../engine';
import type { Accuracies, Levels, TrainOutcome } from '../method';
import { inputName } from '../method/input-name';

const REACHED = 'reached.';

/** The levels of a stage, and the state to go back to when an epoch did not help. */
export class Ladder {
  private best: number;

  private constructor(
    private readonly levels: Levels,
    /** Weights and optimiser as they were when this epoch began. */
    public start: Weights,
    /** What those weights reach. */
    public reached: Accuracies,
    public level: number,
  ) {
    this.best = levels.measure(reached);
  }

  static begin(levels: Levels, start: Weights, reached: Accuracies): Ladder {
    return new Ladder(levels, start, reached, 0);
  }

  static resume(levels: Levels, start: Weights, facts: Readonly<Record<string, number>>): Ladder {
    const reached = Object.entries(facts)
      .filter(([name]) => name.startsWith(REACHED))
      .map(([name, value]) => [name.slice(REACHED.length), value]);
    return new Ladder(levels, start, Object.fromEntries(reached), facts.level!);
  }

  /** What the steps of this level read. */
  get scalars(): Record<string, Float32Array> {
    const values = Object.entries(this.levels.values[this.level] ?? {});
    return Object.fromEntries(values.map(([name, value]) => [inputName.level(name), Float32Array.of(value)]));
  }

  get usedUp(): boolean {
    return this.level >= this.levels.values.length;
  }

  /** Whether the epoch that led to these accuracies did more than any before; if not, the next level holds. */
  offer(found: Accuracies): boolean {
    const measure = this.levels.measure(found);
    const better = measure < this.best;
    if (better) {
      this.best = measure;
      this.reached = found;
    } else this.level += 1;
    return better;
  }

  get facts(): Record<string, number> {
    const reached = Object.entries(this.reached).map(([name, value]) => [`${REACHED}${name}`, value]);
    return { level: this.level, ...Object.fromEntries(reached) };
  }

  get outcome(): Pick<TrainOutcome, 'level' | 'usedUp' | 'accuracies'> {
    const level = Math.min(this.level, this.levels.values.length - 1);
    return { level, usedUp: this.usedUp, accuracies: this.reached };
  }
}
