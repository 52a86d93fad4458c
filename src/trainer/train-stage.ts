import { type Program, parameter, trainingStep, type Weights } from '../engine';
import type { Mask, Objective, SetName, Training, TrainOutcome } from '../method';
import { bindObjective } from '../method/bind';
import { createSession, type Session } from '../runtime';
import { accuracies } from './accuracy';
import { BatchOrder, holdOut } from './batch-order';
import { building } from './building';
import { Divergence } from './divergence';
import { drawsOf, stepDraws } from './draws';
import { hoistStep } from './preludes';
import { planCaptions } from './prepared-set';
import type { RunContext } from './run-context';
import type { Snapshot } from './snapshot';
import { StageProgress, type StageSpan } from './stage-progress';

/** Where a stage is within the run, and what it leaves for a retry. */
export interface StagePlace extends StageSpan {
  /** Saves what the stage needs to go on, with what earlier stages answered. */
  save(part: Pick<Snapshot, 'position' | 'arrays' | 'facts'>): Promise<void>;
}

/** Minimises an objective, from the start or from a snapshot of this very stage, and leaves the context's weights changed. */
export async function trainStage(
  context: RunContext,
  place: StagePlace,
  objective: Objective<SetName>,
  training: Training,
  resume: Snapshot | undefined,
): Promise<TrainOutcome> {
  const { stage } = place;
  const { seed, weights, prepared, towers, reporter } = context;
  const names = [...prepared.sets.keys()];
  const parts = new Map(
    names.map((name) => [
      name,
      holdOut(prepared.sets.get(name)!.size, training.validation ?? 0, seed, `hold out ${name}`),
    ]),
  );
  const sizes = Object.fromEntries(
    names.map((name) => [name, Math.min(training.batchSize, parts.get(name)!.kept.length)]),
  );
  const orders = names.map(
    (name) => [name, new BatchOrder(parts.get(name)!.kept, sizes[name]!, seed, `${stage} ${name}`)] as const,
  );
  const stepsPerEpoch = Math.ceil(parts.get(names[0]!)!.kept.length / sizes[names[0]!]!);
  const totalSteps = training.epochs * stepsPerEpoch;
  context.send({ type: 'stage', stage, totalSteps });

  const draw = drawsOf(seed, stage);
  const whole = building(() => compile(context, objective, training, sizes));
  const { body: program, feeds } = await hoistStep(context, whole, sizes, draw);
  const drawn = stepDraws(program, draw, prepared.classes);
  const session = await createSession(program, context.compute);
  try {
    const learningRate = Float32Array.of(training.learningRate);
    const divergence = new Divergence(stage);
    const held = new Map([...parts].map(([name, { held }]) => [name, held]));
    const keeper = new BestWeights(resume);
    session.loadState(weights);
    if (training.mask) session.loadState(maskState(context, training.mask));
    if (resume?.arrays.state) session.loadState(resume.arrays.state);

    const first = resume?.position.step ?? 0;
    const progress = new StageProgress(reporter, place, totalSteps, first);
    let stopped = resume?.facts.stopped === 1;
    let step = first;
    while (step < totalSteps && !stopped) {
      const rows = Object.fromEntries(orders.map(([name, order]) => [name, order.at(step)]));
      const results = await session.run({ ...feeds(rows), ...drawn(step), learningRate });
      step += 1;
      const losses = Object.fromEntries(Object.entries(results).map(([name, value]) => [name, Number(value[0])]));
      divergence.check(step, losses);
      progress.step(step, losses);

      if (step % stepsPerEpoch === 0 && training.validation) {
        const found = await accuracies(towers, new Map([...weights, ...(await session.state())]), prepared, held);
        const score = (found.retain ?? 0) + (found.calibration ?? 0) - (found.forget ?? 0);
        reporter.measured(stage, step, prefixed({ ...found, score }));
        await keeper.offer(step, score, () => moved(program, session));
        stopped = training.until?.(found) ?? false;
      }
      if (context.snapshots.due() || stopped) {
        reporter.flush();
        await place.save({
          position: { stage, step },
          arrays: { state: await written(program, session), ...(keeper.weights && { best: keeper.weights }) },
          facts: { ...keeper.facts, stopped: Number(stopped) },
        });
      }
      await context.breathe();
    }
    reporter.flush();
    for (const [name, value] of keeper.weights ?? (await moved(program, session))) weights.set(name, value);
    return { steps: step, ...(keeper.best && { best: keeper.best }) };
  } finally {
    await session.dispose();
  }
}

function compile(
  context: RunContext,
  objective: Objective<SetName>,
  training: Training,
  sizes: Readonly<Record<string, number>>,
): Program {
  const { config, prepared } = context;
  const { mask, optimiser, clipNorm, logitScaleRange } = training;
  const samples = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const bound = bindObjective(objective, {
    config,
    sizes,
    captions: planCaptions(prepared, samples),
    trainable: (name) => training.trainable(name) && (mask === undefined || mask.has(name)),
  });
  return trainingStep({
    ...bound,
    optimiser,
    clipNorm,
    ...(mask && {
      masks: new Map(shapesOf(context, mask).map(([name, shape]) => [name, parameter(maskOf(name), shape)])),
    }),
    ...(logitScaleRange && { limits: { logit_scale: logitScaleRange } }),
  });
}

/** Name under which a step finds a weight's mask: state that no step writes. */
const maskOf = (name: string): string => `mask/${name}`;

const maskState = (context: RunContext, mask: Mask): Weights =>
  new Map(shapesOf(context, mask).map(([name, shape]) => [maskOf(name), { shape, data: mask.get(name)! }]));

const shapesOf = ({ weights }: RunContext, mask: Mask) =>
  [...mask.keys()].map((name) => [name, weights.get(name)!.shape] as const);

/** The weights of the epoch with the best score on the held-out part; of equals the first. */
class BestWeights {
  best: { step: number; score: number } | undefined;
  weights: Weights | undefined;

  constructor(resume: Snapshot | undefined) {
    if (!resume?.arrays.best) return;
    this.weights = resume.arrays.best;
    this.best = { step: resume.facts.bestStep!, score: resume.facts.bestScore! };
  }

  async offer(step: number, score: number, weights: () => Promise<Weights>): Promise<void> {
    if (this.best && score <= this.best.score) return;
    this.best = { step, score };
    this.weights = await weights();
  }

  get facts(): Record<string, number> {
    return this.best ? { bestStep: this.best.step, bestScore: this.best.score } : {};
  }
}

/** Copies of the state that steps write: the session's own arrays are reused by its next step. */
async function written(program: Program, session: Session): Promise<Weights> {
  const state = await session.state();
  return new Map(
    program.state
      .filter(({ next }) => next)
      .map(({ name, shape }) => [name, { shape, data: state.get(name)!.data.slice() }]),
  );
}

/** Of these, the model's weights, without the optimiser's moments. */
async function moved(program: Program, session: Session): Promise<Weights> {
  const given = new Set(program.state.filter(({ initial }) => initial === 'given').map(({ name }) => name));
  return new Map([...(await written(program, session))].filter(([name]) => given.has(name)));
}

function prefixed(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[`validation.${name}`, value]])),
  );
}
