import { gradientStep, type Program, summedOf, type Weights } from '../engine';
import type { GradientOptions, Objective, SetName } from '../method';
import { bindObjective } from '../method/bind';
import { createSession, type Session } from '../runtime';
import { building } from './building';
import { Divergence } from './divergence';
import { drawsOf, stepDraws } from './draws';
import { evenBatches } from './even-batches';
import { planCaptions } from './prepared-set';
import type { RunContext } from './run-context';
import type { Snapshot } from './snapshot';
import { StageProgress } from './stage-progress';
import { type Feed, stepFeeds } from './step-feeds';
import { RunFailure } from './stop';
import type { StagePlace } from './train-stage';

/** The mean gradient of an objective over one set, by weight; from the start or from a snapshot of this very stage. */
export async function gradientStage(
  context: RunContext,
  place: StagePlace,
  over: SetName,
  objective: Objective<SetName>,
  options: GradientOptions,
  resume: Snapshot | undefined,
): Promise<Weights> {
  const { stage } = place;
  const { prepared, weights, reporter } = context;
  const set = prepared.sets.get(over);
  if (!set) throw new RunFailure('METHOD_FAILED', `stage "${stage}" reads the ${over} set, which was not declared`);
  const batches = evenBatches(set.size, options.batchSize);
  context.send({ type: 'stage', stage, totalSteps: batches.length });

  const first = resume?.position.step ?? 0;
  const progress = new StageProgress(reporter, place, batches.length, first);
  const divergence = new Divergence(stage);
  let sums: Weights = resume?.arrays.state ?? new Map();
  let current: BatchGradient | undefined;
  try {
    for (const [step, rows] of [...batches.entries()].slice(first)) {
      if (current?.size !== rows.length) {
        await current?.dispose();
        current = await BatchGradient.create(context, place, over, objective, options, rows.length);
        current.load(new Map([...weights, ...sums]));
      }
      const losses = await current.run(step, rows, rows.length / set.size);
      divergence.check(step + 1, losses);
      progress.step(step + 1, losses);
      const due = context.snapshots.due();
      if (due || batches[step + 1]?.length !== rows.length) sums = await current.sums();
      if (due) {
        reporter.flush();
        await place.save({ position: { stage, step: step + 1 }, arrays: { state: sums }, facts: {} });
      }
      await context.breathe();
    }
  } finally {
    await current?.dispose();
  }
  reporter.flush();
  return new Map([...sums].map(([name, sum]) => [summedOf(name)!, sum]));
}

/** The accumulating step for batches of one size. */
class BatchGradient {
  private constructor(
    readonly size: number,
    private readonly session: Session,
    private readonly feeds: (step: number, rows: readonly number[]) => Record<string, Feed>,
  ) {}

  static async create(
    context: RunContext,
    { stage }: StagePlace,
    over: SetName,
    objective: Objective<SetName>,
    options: GradientOptions,
    size: number,
  ): Promise<BatchGradient> {
    const { prepared, weights, original, towers, seed } = context;
    const program = building(() => compile(context, over, objective, options, size));
    const draw = drawsOf(seed, stage);
    const rowsFeeds = await stepFeeds(program, prepared, { model: weights, original }, towers, draw);
    const drawn = stepDraws(program, draw, prepared.classes);
    return new BatchGradient(size, await createSession(program, context.compute), (step, rows) => ({
      ...rowsFeeds({ [over]: rows }),
      ...drawn(step),
    }));
  }

  load(state: Weights): void {
    this.session.loadState(state);
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  /** The batch's losses; its gradient is added with this weight. */
  async run(step: number, rows: readonly number[], weight: number): Promise<Record<string, number>> {
    const results = await this.session.run({ ...this.feeds(step, rows), weight: Float32Array.of(weight) });
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, Number(value[0])]));
  }

  /** Copies of the sums so far: the session's own arrays are reused by its next step. */
  async sums(): Promise<Weights> {
    const state = await this.session.state();
    return new Map(
      [...state]
        .filter(([name]) => summedOf(name) !== undefined)
        .map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
    );
  }
}

function compile(
  { config, prepared }: RunContext,
  over: SetName,
  objective: Objective<SetName>,
  { trainable, squared }: GradientOptions,
  size: number,
): Program {
  const captions = planCaptions(prepared, size);
  const bound = bindObjective(objective, { config, sizes: { [over]: size }, captions, trainable });
  return gradientStep({ loss: bound.loss, terms: bound.terms, wrt: bound.trainable, squared });
}
