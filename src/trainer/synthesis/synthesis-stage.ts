import type { Synthesised, SynthesisOptions } from '../../method';
import { createSession } from '../../runtime';
import { labelled } from '../image-stage';
import type { PreparedSet } from '../prepared-set';
import type { RunContext } from '../run-context';
import type { Snapshot } from '../snapshot';
import { StageProgress } from '../stage-progress';
import { RunFailure } from '../stop';
import { joined } from '../towers';
import type { StagePlace } from '../train-stage';
import { likenessProgram } from './likeness';
import { Studio } from './studio';

export interface SynthesisOutcome extends Synthesised {
  /** The images that were accepted. */
  readonly set: PreparedSet;
}

/**
 * Makes images that the model takes for the forgotten classes, class by class; from the start or from a snapshot of this very
 * stage. Ends with what it has: a class that cannot be reached costs its rounds and no more.
 */
export async function synthesisStage(
  context: RunContext,
  place: StagePlace,
  options: SynthesisOptions,
  resume: Snapshot | undefined,
): Promise<SynthesisOutcome> {
  const { stage } = place;
  const { config, weights, prepared, towers, reporter } = context;
  const { forgotten, classes, classNames, tokens } = prepared;
  if (forgotten.length === 0) throw new RunFailure('REFUSED', 'the forget set names no class to make images of');
  if (classes < 2) {
    throw new RunFailure('REFUSED', 'an image can be told to be of a class only among several: name another class');
  }
  const prompts = joined(Float32Array, await towers.texts(weights, tokens.slice(0, classes)));
  const session = await createSession(likenessProgram(config, options.perClass, classes), context.compute);
  const studio = new Studio(context, stage, options, resume);
  const totalSteps = forgotten.length * options.iterations;
  context.send({ type: 'stage', stage, totalSteps });
  const progress = new StageProgress(reporter, place, totalSteps, studio.steps);
  try {
    session.loadState(weights);
    while (!studio.over) {
      const target = Float32Array.from({ length: classes }, (_, k) => Number(k === studio.class));
      const found = await session.run({ pixels: studio.pixels(), prompts, target });
      studio.advance(found.gradient as Float32Array, found.probabilities as Float32Array);
      progress.step(studio.steps, { accepted: studio.accepted, confidence: studio.confidence });
      if (context.snapshots.due()) {
        reporter.flush();
        await place.save({ position: { stage, step: studio.steps }, ...studio.saved() });
      }
      await context.breathe();
    }
  } finally {
    await session.dispose();
  }
  reporter.flush();
  const { finished } = studio;
  const labels = finished.flatMap((images, at) => images.map(() => forgotten[at]!));
  return {
    set: labelled(labels, finished.flat()),
    images: labels.length,
    wanted: forgotten.length * options.perClass,
    unreached: forgotten.filter((_, at) => finished[at]!.length === 0).map((k) => classNames[k]!),
  };
}
