import { type Program, trainingStep, type Weights } from '../engine';
import type { BatchName, Objective, Training, TrainOutcome } from '../method';
import { bindObjective } from '../method/bind';
import { createSession, type Session } from '../runtime';
import { accuracies, everySample } from './accuracy';
import { BatchOrder, holdOut } from './batch-order';
import { BestState } from './best-state';
import { building } from './building';
import { Divergence } from './divergence';
import { drawsOf, stepDraws } from './draws';
import { Ladder } from './ladder';
import { hoistStep } from './preludes';
import { planCaptions } from './prepared-set';
import type { RunContext } from './run-context';
import type { Snapshot } from './snapshot';
import { StageProgress, type StageSpan } from './stage-progress';
import { maskParameters, TrainedState } from './trained-state';

/** Where a stage is within the run, and what it leaves for a retry. */
export interface StagePlace extends StageSpan {
  /** Saves what the stage needs to go on, with what earlier stages answered. */
  save(part: Pick<Snapshot, 'position' | 'arrays' | 'facts'>): Promise<void>;
}

/** Somebody who looks at the weights now and then, and may say that it is enough. */
export interface Watch {
  /** Steps between two looks. */
  readonly every: number;
  /** Whether to stop. */
  look(step: number, weights: Weights): Promise<boolean>;
}

/** Minimises an objective, from the start or from a snapshot of this very stage, and leaves the context's weights changed. */
export async function trainStage(
  context: RunContext,
  place: StagePlace,
  objective: Objective<BatchName>,
  training: Training,
  resume: Snapshot | undefined,
  watch?: Watch,
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
  const totalSteps = training.steps ?? training.epochs * stepsPerEpoch;
  context.send({ type: 'stage', stage, totalSteps });

  const draw = drawsOf(seed, stage);
  const whole = building(() => compile(context, objective, training, sizes));
  const { body: program, feeds } = await hoistStep(context, whole, sizes, draw);
  const drawn = stepDraws(program, draw, prepared.classes);
  const session = await createSession(program, context.compute);
  try {
    const learningRate = Float32Array.of(training.learningRate);
    const divergence = new Divergence(stage);
    const trained = new TrainedState(context, stage, training);
    const looked = training.levels
      ? everySample(prepared)
      : new Map([...parts].map(([name, { held }]) => [name, held]));
    const now = async (): Promise<Weights> => new Map([...weights, ...trained.plain(program, await session.state())]);
    const look = async () => accuracies(towers, await now(), prepared, looked);
    const keeper = new BestState(resume);
    session.loadState(trained.initial(program));
    if (resume?.arrays.state) session.loadState(resume.arrays.state);
    const ladder = training.levels && (await ladderOf(training.levels, program, session, look, resume));

    const first = resume?.position.step ?? 0;
    const progress = new StageProgress(reporter, place, totalSteps, first);
    let stopped = resume
      ? resume.facts.stopped === 1
      : ladder !== undefined && (training.until?.(ladder.reached) ?? false);
    let step = first;
    while (step < totalSteps && !stopped) {
      const rows = Object.fromEntries(orders.map(([name, order]) => [name, order.at(step)]));
      const results = await session.run({ ...feeds(rows), ...drawn(step), ...ladder?.scalars, learningRate });
      step += 1;
      const losses = Object.fromEntries(Object.entries(results).map(([name, value]) => [name, Number(value[0])]));
      divergence.check(step, losses);
      progress.step(step, losses);

      if (step % stepsPerEpoch === 0 && (training.validation || ladder)) {
        const found = await look();
        const score = (found.retain ?? 0) + (found.calibration ?? 0) - (found.forget ?? 0);
        reporter.measured(stage, step, prefixed({ ...found, score, ...(ladder && { level: ladder.level }) }));
        stopped = training.until?.(found) ?? false;
        if (!ladder) await keeper.offer(step, score, () => written(program, session));
        else if (ladder.offer(found)) ladder.start = await written(program, session);
        else {
          session.loadState(ladder.start);
          stopped = ladder.usedUp;
        }
      }
      if (watch && step % watch.every === 0) stopped = (await watch.look(step, await now())) || stopped;
      if (context.snapshots.due() || stopped) {
        reporter.flush();
        await place.save({
          position: { stage, step },
          arrays: {
            state: await written(program, session),
            ...(keeper.state && { best: keeper.state }),
            ...(ladder && { epoch: ladder.start }),
          },
          facts: { ...keeper.facts, ...ladder?.facts, stopped: Number(stopped) },
        });
      }
      await context.breathe();
    }
    reporter.flush();
    const kept = keeper.state ?? (await written(program, session));
    for (const [name, value] of trained.plain(program, kept)) weights.set(name, value);
    return { steps: step, ...(keeper.best && { best: keeper.best }), ...ladder?.outcome };
  } finally {
    await session.dispose();
  }
}

async function ladderOf(
  levels: NonNullable<Training['levels']>,
  program: Program,
  session: Session,
  look: () => ReturnType<typeof accuracies>,
  resume: Snapshot | undefined,
): Promise<Ladder> {
  if (resume?.arrays.epoch) return Ladder.resume(levels, resume.arrays.epoch, resume.facts);
  return Ladder.begin(levels, await written(program, session), await look());
}

function compile(
  context: RunContext,
  objective: Objective<BatchName>,
  training: Training,
  sizes: Readonly<Record<string, number>>,
): Program {
  const { config, prepared } = context;
  const { mask, select, average, lora, optimiser, clipNorm, logitScaleRange } = training;
  if (lora && average !== undefined)
    throw new Error('factors of LoRA cannot be averaged: their product is what counts');
  const samples = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const { level, ...bound } = bindObjective(objective, {
    config,
    sizes,
    captions: planCaptions(prepared, samples),
    trainable: (name) => training.trainable(name) && (mask === undefined || mask.has(name)),
    lora,
  });
  return trainingStep({
    ...bound,
    optimiser,
    clipNorm,
    average,
    ...(select && { gates: (gradients) => select(gradients, level) }),
    ...(mask && { masks: maskParameters(context, mask) }),
    ...(logitScaleRange && { limits: { logit_scale: logitScaleRange } }),
  });
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

function prefixed(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[`validation.${name}`, value]])),
  );
}
