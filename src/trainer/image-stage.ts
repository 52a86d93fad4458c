import { type Program, randomStream, trainingStep } from '../engine';
import type { LearnImagesOptions, ObjectiveContext, SetName, Terms } from '../method';
import { bindImages, LEARNED_IMAGES } from '../method/bind';
import { createSession } from '../runtime';
import { building } from './building';
import { Divergence } from './divergence';
import { drawsOf, stepDraws } from './draws';
import { evenBatches } from './even-batches';
import { type PreparedSet, type PreparedSets, planCaptions } from './prepared-set';
import type { RunContext } from './run-context';
import type { Snapshot } from './snapshot';
import { StageProgress } from './stage-progress';
import { stepFeeds } from './step-feeds';
import { RunFailure } from './stop';
import { joined } from './towers';
import type { StagePlace } from './train-stage';

/** Learns images batch by batch; from the start or from a snapshot of this very stage, made between two batches. */
export async function imageStage(
  context: RunContext,
  place: StagePlace,
  objective: (context: ObjectiveContext<'learned'>) => Terms,
  options: LearnImagesOptions<SetName>,
  resume: Snapshot | undefined,
): Promise<PreparedSet> {
  const { stage } = place;
  const { weights, original, towers, seed } = context;
  const start = startOf(context, stage, options);
  const prepared: PreparedSets = { ...context.prepared, sets: new Map([...context.prepared.sets, ['learned', start]]) };
  const batches = evenBatches(start.size, options.batchSize);
  const totalSteps = batches.length * options.steps;
  context.send({ type: 'stage', stage, totalSteps });

  const first = resume?.position.step ?? 0;
  const done = [...(resume?.arrays.state?.values() ?? [])].map(({ data }) => data);
  const progress = new StageProgress(context.reporter, place, totalSteps, first);
  const divergence = new Divergence(stage);
  const draw = drawsOf(seed, stage);
  const learningRate = Float32Array.of(options.learningRate);
  let step = first;
  // Batches are of two sizes at most: what one needs is made once. Its optimiser begins anew with each batch.
  let program: Program | undefined;
  let feedsOf: Awaited<ReturnType<typeof stepFeeds>> | undefined;
  let size = 0;
  for (const rows of batches.slice(first / options.steps)) {
    if (!program || !feedsOf || size !== rows.length) {
      size = rows.length;
      program = building(() => compile(context, prepared, objective, options, rows.length));
      feedsOf = await stepFeeds(program, prepared, { model: weights, original }, towers, draw);
    }
    const feeds = feedsOf({ learned: rows });
    const drawn = stepDraws(program, draw, prepared.classes);
    const shape = [rows.length, ...imageShape(context)];
    const session = await createSession(program, context.compute);
    try {
      session.loadState(weights);
      const pixels = joined(
        Float32Array,
        rows.map((row) => start.pixels[row]!),
      );
      session.loadState(new Map([[LEARNED_IMAGES, { shape, data: pixels }]]));
      for (let i = 0; i < options.steps; i++) {
        const results = await session.run({ ...feeds, ...drawn(step), learningRate });
        step += 1;
        const losses = Object.fromEntries(Object.entries(results).map(([name, value]) => [name, Number(value[0])]));
        divergence.check(step, losses);
        progress.step(step, losses);
        await context.breathe();
      }
      const { data } = (await session.state()).get(LEARNED_IMAGES)!;
      const width = data.length / rows.length;
      for (let i = 0; i < rows.length; i++) done.push(data.slice(i * width, (i + 1) * width));
    } finally {
      await session.dispose();
    }
    if (context.snapshots.due()) {
      context.reporter.flush();
      const state = new Map(done.map((data, i) => [String(i), { shape: imageShape(context), data }]));
      await place.save({ position: { stage, step }, arrays: { state }, facts: {} });
    }
  }
  context.reporter.flush();
  return { ...start, pixels: done };
}

export const imageShape = ({ config }: Pick<RunContext, 'config'>): number[] => [
  3,
  config.image.size,
  config.image.size,
];

/** The images as they are before the first step. */
function startOf(context: RunContext, stage: string, { from, atMost }: LearnImagesOptions<SetName>): PreparedSet {
  const { prepared, seed } = context;
  if (typeof from === 'string') {
    const set = prepared.sets.get(from);
    if (!set) throw new RunFailure('METHOD_FAILED', `stage "${stage}" reads the ${from} set, which was not declared`);
    return atMost === undefined || atMost >= set.size
      ? set
      : subset(set, randomStream(seed, `${stage} subset`).permutation(set.size).slice(0, atMost));
  }
  const forgotten = new Set(prepared.forgotten);
  const classes = Array.from({ length: prepared.classes }, (_, k) => k).filter(
    (k) => forgotten.has(k) === (from.classes === 'forgotten'),
  );
  const labels = classes.flatMap((k) => Array<number>(from.perClass).fill(k));
  return labelled(
    labels,
    labels.map((_, i) => noiseImage(context, randomStream(seed, `${stage} noise`, i))),
  );
}

function subset({ pixels, captions, labels }: PreparedSet, rows: Int32Array): PreparedSet {
  const chosen = [...rows];
  return {
    size: chosen.length,
    pixels: chosen.map((row) => pixels[row]!),
    captions: chosen.map((row) => captions[row]!),
    labels: labels && chosen.map((row) => labels[row]!),
  };
}

/** Normal numbers of this standard deviation, [3, H, W]. */
export function noiseImage(context: Pick<RunContext, 'config'>, random: { normal(): number }, std = 1): Float32Array {
  const [channels, height, width] = imageShape(context) as [number, number, number];
  return Float32Array.from({ length: channels * height * width }, () => std * random.normal());
}

/** Images that have only a class: their captions are its prompt, which is the table's row of the same number. */
export const labelled = (labels: readonly number[], pixels: readonly Float32Array[]): PreparedSet => ({
  size: labels.length,
  pixels,
  captions: labels,
  labels,
});

function compile(
  { config }: RunContext,
  prepared: PreparedSets,
  objective: (context: ObjectiveContext<'learned'>) => Terms,
  { optimiser }: LearnImagesOptions<SetName>,
  size: number,
): Program {
  const { level: _, ...bound } = bindImages(objective, {
    config,
    sizes: { learned: size },
    captions: planCaptions(prepared, size),
  });
  return trainingStep({ ...bound, optimiser });
}
