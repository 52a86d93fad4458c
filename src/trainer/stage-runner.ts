import type { Method, ParamSpecs, SetName, Values, Verbs } from '../method';
import { accuracies } from './accuracy';
import type { RunContext } from './run-context';
import type { Snapshot, StageRecord } from './snapshot';
import { isKnown, RunFailure } from './stop';
import { type StagePlace, trainStage } from './train-stage';

/**
 * Runs a method's verbs, each as a stage. A stage that an earlier attempt finished answers from the snapshot, and the
 * one it died in goes on from there: that is all a method needs to survive its process.
 */
export class StageRunner {
  private readonly finished: StageRecord[] = [];
  /** Weights that stages have changed so far: what a snapshot must hold beside the current stage's own state. */
  private readonly changed = new Set<string>();
  private calls = 0;

  constructor(
    private readonly context: RunContext,
    private readonly method: Method,
    private readonly resumed: Snapshot | undefined,
  ) {
    for (const [name, value] of resumed?.arrays.weights ?? []) this.replace(name, value);
  }

  /** The whole method; answers its outcome. */
  run(params: Values<ParamSpecs>): Promise<string | undefined> {
    const verbs: Verbs<SetName, ParamSpecs> = {
      params,
      train: (stage, objective, training) =>
        this.stage(stage, async (place, resume) => {
          const before = new Map(this.context.weights);
          const outcome = await trainStage(this.context, place, objective, training, resume);
          for (const [name, value] of this.context.weights) if (before.get(name) !== value) this.changed.add(name);
          return outcome;
        }),
      evaluate: (stage) =>
        this.stage(stage, async () => {
          const { towers, weights, prepared, reporter } = this.context;
          const everything = new Map([...prepared.sets].map(([name, { size }]) => [name, [...Array(size).keys()]]));
          const found = await accuracies(towers, weights, prepared, everything);
          reporter.measured(stage, 0, Object.fromEntries(Object.entries(found)));
          return found;
        }),
      assign: (stage, change) =>
        this.stage(stage, async () => {
          for (const [name, { shape, data }] of this.context.weights) {
            const value = change(name, data, this.context.original.get(name)!.data);
            if (value.length !== data.length)
              throw new RunFailure('METHOD_FAILED', `assign gave ${name} ${value.length} values, not ${data.length}`);
            if (value !== data) this.replace(name, { shape, data: value });
          }
        }),
    };
    return this.method.run(verbs).catch((error: unknown) => {
      if (isKnown(error)) throw error;
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new RunFailure('METHOD_FAILED', `the method ${this.method.name} failed: ${message}`, { cause: error });
    });
  }

  private async stage<T>(
    stage: string,
    work: (place: StagePlace, resume: Snapshot | undefined) => Promise<T>,
  ): Promise<T> {
    const index = this.calls++;
    const answered = this.resumed?.finished[index];
    if (answered) {
      if (answered.stage !== stage) {
        throw new RunFailure(
          'METHOD_FAILED',
          `stage ${index + 1} was "${answered.stage}" before the retry and is "${stage}" now: between stages a method must be deterministic`,
        );
      }
      this.finished.push(answered);
      return answered.answer as T;
    }
    const resume =
      index === this.resumed?.finished.length && this.resumed.position.stage === stage ? this.resumed : undefined;
    const at = Math.max(0, this.method.stages.indexOf(stage));
    const answer = await work(
      {
        stage,
        from: at / this.method.stages.length,
        to: (at + 1) / this.method.stages.length,
        save: (part) =>
          this.context.snapshots.save({
            ...part,
            finished: this.finished,
            arrays: { ...part.arrays, weights: this.changedWeights() },
          }),
      },
      resume,
    );
    this.finished.push({ stage, answer });
    await this.context.snapshots.save({
      position: { stage, step: stepsOf(answer) },
      finished: this.finished,
      arrays: { weights: this.changedWeights() },
      facts: {},
    });
    await this.context.breathe();
    return answer;
  }

  private changedWeights(): Map<string, { shape: readonly number[]; data: Float32Array }> {
    return new Map([...this.changed].map((name) => [name, this.context.weights.get(name)!]));
  }

  private replace(name: string, value: { shape: readonly number[]; data: Float32Array }): void {
    this.context.weights.set(name, value);
    this.changed.add(name);
  }
}

function stepsOf(answer: unknown): number {
  return typeof answer === 'object' && answer !== null && 'steps' in answer ? Number(answer.steps) : 0;
}
