import type { Reporter } from './reporter';

/** Where a stage is within the run. */
export interface StageSpan {
  readonly stage: string;
  /** Fraction of the run when this stage begins, and when it ends. */
  readonly from: number;
  readonly to: number;
}

/** Reports a stage's steps, with the fraction of the run and the time left as the steps so far suggest. */
export class StageProgress {
  private readonly startedAt = performance.now();

  /** @param first the step from which this attempt goes on */
  constructor(
    private readonly reporter: Reporter,
    private readonly span: StageSpan,
    private readonly totalSteps: number,
    private readonly first: number,
  ) {}

  step(step: number, losses: Readonly<Record<string, number>>): void {
    const { span, totalSteps, first } = this;
    const fraction = span.from + (span.to - span.from) * (step / totalSteps);
    const perStep = (performance.now() - this.startedAt) / (step - first) / 1000;
    const etaSeconds = perStep * (totalSteps - step);
    this.reporter.step({ stage: span.stage, step, totalSteps, fraction, etaSeconds, losses });
  }
}
