import type { FromTrainer, MetricPoint, ProgressReport } from './messages';

export type Send = (message: FromTrainer) => void;

/** Between two reports of the same kind, in milliseconds. */
const INTERVAL = 100;

/** Speaks for a stage: keeps every step's metrics but sends them in batches, and progress at most each 100 ms. */
export class Reporter {
  private points: MetricPoint[] = [];
  private sentAt = Number.NEGATIVE_INFINITY;
  private latest: ProgressReport | undefined;

  constructor(
    private readonly send: Send,
    private readonly now: () => number = performance.now.bind(performance),
  ) {}

  step(progress: ProgressReport): void {
    this.points.push({ step: progress.step, values: progress.losses });
    this.latest = progress;
    if (this.now() - this.sentAt >= INTERVAL) this.flush();
  }

  /** Numbers that are no step's losses, such as a validation score. */
  measured(stage: string, step: number, values: Readonly<Record<string, number>>): void {
    this.flush();
    this.send({ type: 'metrics', stage, points: [{ step, values }] });
  }

  /** Sends what was held back; before a snapshot, so that no metric of a step before it is lost with the process. */
  flush(): void {
    if (!this.latest) return;
    this.send({ type: 'metrics', stage: this.latest.stage, points: this.points });
    this.send({ type: 'progress', ...this.latest });
    this.points = [];
    this.latest = undefined;
    this.sentAt = this.now();
  }
}
