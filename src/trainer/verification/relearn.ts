import type { Recollection } from '../../attacks';
import { type Checkpoint, preprocess } from '../../clip';
import { adam, randomStream, type Weights } from '../../engine';
import { type Objective, type SetName, trainable, zeroShotLoss } from '../../method';
import { accuracies, everySample } from '../accuracy';
import { computeOf } from '../compute';
import type { SampleSource, VerificationAssignment } from '../messages';
import { type PreparedSets, prepareSets } from '../prepared-set';
import { Reporter } from '../reporter';
import type { Control } from '../run-assignment';
import type { RunContext } from '../run-context';
import { Towers } from '../towers';
import { trainStage } from '../train-stage';

/** Upper bound of the logit scale (its logarithm), as every CLIP is trained with. */
const MOST_SCALE = Math.log(100);

/** Trains the model again by the classes' zero-shot cross entropy, and asks it about held-out images of the forgotten classes on the way. */
export async function relearn(
  checkpoint: Checkpoint,
  trainsOn: readonly SetName[],
  assignment: VerificationAssignment,
  { signal, breathe }: Control,
  onLook: (step: number, total: number) => void,
): Promise<Recollection[]> {
  const { relearning, seed, classes, templates } = assignment;
  const { config, weights: original } = checkpoint;
  const compute = computeOf(assignment);
  const all = await prepareSets(sources(assignment, trainsOn), {
    config,
    tokenize: (text) => checkpoint.tokenizer.encode(text),
    preprocess: preprocess(config.image),
    classes,
    forgotten: assignment.forgetClasses,
    template: templates[0]!,
    signal,
  });
  const asked: PreparedSets = { ...all, sets: new Map([['forget', all.sets.get('calibration')!]]) };
  const prepared: PreparedSets = { ...all, sets: new Map(trainsOn.map((name) => [name, all.sets.get(name)!])) };
  const towers = new Towers(config, compute, breathe);
  const curve: Recollection[] = [];
  const look = async (step: number, weights: Weights): Promise<boolean> => {
    const total = asked.sets.get('forget')!.size;
    const { forget } = await accuracies(towers, weights, asked, everySample(asked));
    curve.push({ step, correct: Math.round(forget! * total), total });
    onLook(step, relearning.steps);
    return false;
  };
  try {
    await look(0, original);
    const nothing = () => {};
    const context: RunContext = {
      config,
      seed,
      compute,
      original,
      weights: new Map(original),
      prepared,
      towers,
      reporter: new Reporter(nothing),
      send: nothing,
      snapshots: { due: () => false, save: async () => {} },
      artifact: async () => {},
      breathe,
    };
    const training = {
      optimiser: adam(),
      learningRate: relearning.learningRate,
      batchSize: relearning.batchSize,
      steps: relearning.steps,
      trainable: trainable('all'),
      logitScaleRange: [0, MOST_SCALE] as const,
    };
    const place = { stage: 'relearn', from: 0, to: 1, save: async () => {} };
    await trainStage(context, place, objectiveOf(trainsOn), training, undefined, { every: relearning.every, look });
    return curve;
  } finally {
    await towers.dispose();
  }
}

const objectiveOf =
  (trainsOn: readonly SetName[]): Objective<SetName> =>
  (context) =>
    Object.fromEntries(trainsOn.map((name) => [name, [1, zeroShotLoss(context.model(context[name]))] as const]));

/** What is trained on, and the held-out images of the forgotten classes, as if they were the calibration set. */
function sources(
  { parts, forgetClasses, relearning, seed }: VerificationAssignment,
  trainsOn: readonly SetName[],
): Partial<Record<SetName, SampleSource>> {
  const { forget, retain, held } = parts;
  const few = (from: SampleSource): SampleSource => {
    const order = randomStream(seed, 'relearning').permutation(from.samples.length);
    return { ...from, samples: [...order.slice(0, relearning.samples)].map((i) => from.samples[i]!) };
  };
  return {
    ...(trainsOn.includes('forget') && { forget: few(forget!) }),
    ...(trainsOn.includes('retain') && { retain: retain! }),
    calibration: { ...held!, samples: held!.samples.filter(({ label }) => forgetClasses.includes(label!)) },
  };
}
