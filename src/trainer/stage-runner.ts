import { randomStream, type Weights, type WeightValue } from '../engine';
import type { Accuracies, Method, ParamSpecs, SetName, Values, Verbs, WeightChange } from '../method';
import { accuracies, everySample } from './accuracy';
import { averageStage } from './average-stage';
import { Curves } from './curves';
import { gradientStage } from './gradient-stage';
import { imageStage } from './image-stage';
import { imagesAs, labelsOf, setOf, showImages } from './made-images';
import type { RunContext } from './run-context';
import type { Snapshot, StageRecord } from './snapshot';
import { isKnown, RunFailure } from './stop';
import { synthesisStage } from './synthesis/synthesis-stage';
import { type StagePlace, trainStage } from './train-stage';

/** Groups of a snapshot that hold what a stage answered in arrays, by the stage's place in the run. */
const ANSWER = 'answer ';

/**
 * Runs a method's verbs, each as a stage. A stage that an earlier attempt finished answers from the snapshot, and the
 * one it died in goes on from there: that is all a method needs to survive its process.
 */
export class StageRunner {
  private readonly finished: StageRecord[] = [];
  /** Weights that stages have changed so far: what a snapshot must hold beside the current stage's own state. */
  private readonly changed = new Set<string>();
  /** Arrays that stages answered with, by their group in a snapshot. */
  private readonly answers = new Map<string, Weights>();
  private calls = 0;
  private readonly curves: Curves;
  /** The declared sets that came with images. */
  private readonly given: ReadonlySet<SetName>;

  constructor(
    private readonly context: RunContext,
    private readonly method: Method,
    private readonly resumed: Snapshot | undefined,
  ) {
    this.curves = new Curves(context);
    this.given = new Set(method.sets.filter((name) => context.prepared.sets.has(name)));
    for (const [name, value] of resumed?.arrays.weights ?? []) this.replace(name, value);
    for (const [group, arrays] of Object.entries(resumed?.arrays ?? {}))
      if (group.startsWith(ANSWER)) this.answers.set(group, arrays);
  }

  /** The whole method; answers its outcome. */
  run(params: Values<ParamSpecs>): Promise<string | undefined> {
    const { context } = this;
    const verbs: Verbs<SetName, ParamSpecs> = {
      params,
      original: context.original,
      given: this.given,
      train: (stage, objective, training) =>
        this.stage(stage, async (place, resume) => {
          const before = new Map(context.weights);
          const outcome = await trainStage(context, place, objective, training, resume);
          for (const [name, value] of context.weights) if (before.get(name) !== value) this.changed.add(name);
          return outcome;
        }),
      evaluate: async (stage, change, coefficient) => {
        const found = await this.stage(stage, () => this.evaluate(stage, change, coefficient), { cheap: true });
        if (coefficient !== undefined) this.curves.tried(stage, coefficient, found);
        return found;
      },
      assign: async (stage, change, coefficient) => {
        await this.stage(stage, async () => {
          context.send({ type: 'stage', stage, totalSteps: 1 });
          for (const [name, value] of this.changedBy(stage, change)) this.replace(name, value);
        });
        if (coefficient !== undefined) await this.curves.draw(stage, coefficient);
      },
      gradients: async (stage, over, objective, options) => {
        const { arrays } = await this.answered(stage, async (place, resume) => ({
          arrays: await gradientStage(context, place, over, objective, options, resume),
        }));
        return dataOf(arrays);
      },
      averages: async (stage, over, outputs, { batchSize }) => {
        const { arrays } = await this.answered(stage, async (place, resume) => {
          const found = await averageStage(context, place, over, outputs, batchSize, resume);
          return { arrays: new Map([...found].map(([name, data]) => [name, { shape: [data.length], data }])) };
        });
        return dataOf(arrays);
      },
      synthesise: async (stage, options) => {
        const { facts, arrays } = await this.answered(stage, async (place, resume) => {
          const { set, ...found } = await synthesisStage(context, place, options, resume);
          await showImages(context, stage, set);
          return { arrays: imagesAs(context, set), facts: { ...found, ...labelsOf(set) } };
        });
        const { images, wanted, unreached, ...labels } = facts;
        if (images > 0) context.prepared.sets.set('forget', setOf(arrays, labels));
        return { images, wanted, unreached };
      },
      learnImages: async (stage, objective, options) => {
        const { facts, arrays } = await this.answered(stage, async (place, resume) => {
          const set = await imageStage(context, place, objective, options, resume);
          await showImages(context, stage, set);
          return { arrays: imagesAs(context, set), facts: labelsOf(set) };
        });
        context.prepared.sets.set(options.into, setOf(arrays, facts));
      },
    };
    return this.method.run(verbs).catch((error: unknown) => {
      if (isKnown(error)) throw error;
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new RunFailure('METHOD_FAILED', `the method ${this.method.name} failed: ${message}`, { cause: error });
    });
  }

  /** A stage that answers with arrays, kept in the run's snapshots, and facts about them. */
  private async answered<F>(
    stage: string,
    work: (place: StagePlace, resume: Snapshot | undefined) => Promise<{ arrays: Weights; facts?: F }>,
  ): Promise<{ arrays: Weights; facts: F }> {
    const { group, facts } = await this.stage(stage, async (place, resume) => {
      const group = `${ANSWER}${this.finished.length}`;
      const { arrays, facts } = await work(place, resume);
      this.answers.set(group, arrays);
      return { group, facts: facts as F };
    });
    return { arrays: this.answers.get(group) ?? new Map(), facts };
  }

  private async stage<T>(
    stage: string,
    work: (place: StagePlace, resume: Snapshot | undefined) => Promise<T>,
    { cheap = false } = {},
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
    // A snapshot without state was made between two stages, even if both have this name.
    const within = index === this.resumed?.finished.length && this.resumed.position.stage === stage;
    const resume = within && this.resumed?.arrays.state ? this.resumed : undefined;
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
            arrays: { ...part.arrays, ...this.kept() },
          }),
      },
      resume,
    );
    this.finished.push({ stage, answer });
    // A cheap stage leaves the weights alone: doing it again costs less than writing a large model each time.
    if (!cheap || this.context.snapshots.due()) {
      await this.context.snapshots.save({
        position: { stage, step: stepsOf(answer) },
        finished: this.finished,
        arrays: this.kept(),
        facts: {},
      });
    }
    await this.context.breathe();
    return answer;
  }

  private async evaluate(
    stage: string,
    change: WeightChange | undefined,
    coefficient: number | undefined,
  ): Promise<Accuracies> {
    const { towers, weights, prepared, reporter, send } = this.context;
    // A stage of several evaluations keeps the numbers of each under a step of its own.
    const before = this.finished.filter((record) => record.stage === stage).length;
    if (before === 0) send({ type: 'stage', stage, totalSteps: 1 });
    const tried: Weights = change ? new Map([...weights, ...this.changedBy(stage, change)]) : weights;
    const found = await accuracies(towers, tried, prepared, everySample(prepared));
    reporter.measured(stage, before, { ...(coefficient !== undefined && { coefficient }), ...found });
    return found;
  }

  /** The weights that the change gives other values. */
  private *changedBy(stage: string, change: WeightChange): Generator<[string, WeightValue]> {
    const { weights, original, seed } = this.context;
    for (const [name, { shape, data }] of weights) {
      const value = change(name, data, original.get(name)!.data, randomStream(seed, `${stage} ${name}`));
      if (value.length !== data.length)
        throw new RunFailure('METHOD_FAILED', `${stage} gave ${name} ${value.length} values, not ${data.length}`);
      if (value !== data) yield [name, { shape, data: value }];
    }
  }

  /** What a retry needs of the stages before: the weights they changed and the arrays they answered with. */
  private kept(): Record<string, Weights> {
    const weights = new Map([...this.changed].map((name) => [name, this.context.weights.get(name)!]));
    return { weights, ...Object.fromEntries(this.answers) };
  }

  private replace(name: string, value: WeightValue): void {
    this.context.weights.set(name, value);
    this.changed.add(name);
  }
}

const dataOf = (arrays: Weights) => new Map([...arrays].map(([name, { data }]) => [name, data]));

function stepsOf(answer: unknown): number {
  return typeof answer === 'object' && answer !== null && 'steps' in answer ? Number(answer.steps) : 0;
}
