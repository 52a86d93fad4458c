import type { Accuracies, SetName } from '../method';
import { type Proportion, wilson } from '../metrics';
import { type CurvePoint, coefficientCurve } from '../pictures';
import { drawn } from './pictures/drawn';
import type { RunContext } from './run-context';

/** Accuracies over the coefficients that stages tried, drawn when one is chosen. */
export class Curves {
  private readonly points = new Map<string, CurvePoint[]>();

  constructor(private readonly context: RunContext) {}

  tried(stage: string, coefficient: number, found: Accuracies): void {
    const kept: SetName = found.calibration === undefined ? 'retain' : 'calibration';
    const known = this.points.get(stage) ?? [];
    this.points.set(stage, known);
    known.push({ coefficient, forget: this.share('forget', found), retain: this.share(kept, found) });
  }

  async draw(stage: string, chosen: number): Promise<void> {
    const points = this.points.get(stage) ?? [];
    if (points.length < 2) return;
    const title = `Accuracy against the coefficient of the stage "${stage}"`;
    await drawn(async () => {
      const curve = coefficientCurve(points, { title, coefficient: 'coefficient', chosen });
      await this.context.artifact(
        `${stage.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}-curve`,
        title,
        'image/svg+xml',
        curve,
      );
    }, this.context.send);
  }

  private share(set: SetName, found: Accuracies): Proportion {
    const total = this.context.prepared.sets.get(set)?.size ?? 0;
    return wilson(Math.round((found[set] ?? 0) * total), total);
  }
}
