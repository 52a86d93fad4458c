import { forward, type Program, type Tensor } from '../engine';
import type { ObjectiveContext, SetName } from '../method';
import { bindOutputs } from '../method/bind';
import { createSession, type Session } from '../runtime';
import { building } from './building';
import { drawsOf, stepDraws } from './draws';
import { evenBatches } from './even-batches';
import { planCaptions } from './prepared-set';
import type { RunContext } from './run-context';
import type { Snapshot } from './snapshot';
import { StageProgress } from './stage-progress';
import { stepFeeds } from './step-feeds';
import { RunFailure } from './stop';
import type { StagePlace } from './train-stage';

/** Each output's mean over a set, every sample counting once; from the start or from a snapshot of this very stage. */
export async function averageStage(
  context: RunContext,
  place: StagePlace,
  over: SetName,
  outputs: (context: ObjectiveContext<SetName>) => Readonly<Record<string, Tensor>>,
  batchSize: number,
  resume: Snapshot | undefined,
): Promise<Map<string, Float32Array>> {
  const { stage } = place;
  const { config, prepared, weights, original, towers, seed } = context;
  const set = prepared.sets.get(over);
  if (!set) throw new RunFailure('METHOD_FAILED', `stage "${stage}" reads the ${over} set, which was not declared`);
  const batches = evenBatches(set.size, batchSize);
  context.send({ type: 'stage', stage, totalSteps: batches.length });

  const means = new Map([...(resume?.arrays.state ?? [])].map(([name, { data }]) => [name, data]));
  const first = resume?.position.step ?? 0;
  const progress = new StageProgress(context.reporter, place, batches.length, first);
  const draw = drawsOf(seed, stage);
  // Batches are of two sizes at most, the larger first: what one needs is made once.
  let made:
    | { size: number; session: Session; feeds: Awaited<ReturnType<typeof stepFeeds>>; program: Program }
    | undefined;
  try {
    for (const [step, rows] of [...batches.entries()].slice(first)) {
      if (made?.size !== rows.length) {
        await made?.session.dispose();
        const size = rows.length;
        const program = building(() =>
          forward(bindOutputs(outputs, { config, sizes: { [over]: size }, captions: planCaptions(prepared, size) })),
        );
        const feeds = await stepFeeds(program, prepared, { model: weights, original }, towers, draw);
        made = { size, program, feeds, session: await createSession(program, context.compute) };
        made.session.loadState(weights);
      }
      const drawn = stepDraws(made.program, draw, prepared.classes);
      const found = await made.session.run({ ...made.feeds({ [over]: rows }), ...drawn(step) });
      for (const [name, value] of Object.entries(found)) {
        const values = value as Float32Array;
        const mean = means.get(name) ?? new Float32Array(values.length);
        for (let i = 0; i < values.length; i++) mean[i]! += (values[i]! * rows.length) / set.size;
        means.set(name, mean);
      }
      progress.step(step + 1, {});
      if (context.snapshots.due()) {
        const state = new Map([...means].map(([name, data]) => [name, { shape: [data.length], data: data.slice() }]));
        await place.save({ position: { stage, step: step + 1 }, arrays: { state }, facts: {} });
      }
      await context.breathe();
    }
  } finally {
    await made?.session.dispose();
  }
  context.reporter.flush();
  return means;
}
