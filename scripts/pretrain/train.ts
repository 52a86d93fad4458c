import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import {
  type Checkpoint,
  clipTokenizerFiles,
  initialise,
  newCheckpoint,
  preprocessPixels,
  writeCheckpoint,
} from '../../src/clip';
import { adamw, trainingStep } from '../../src/engine';
import { createEncoder } from '../../src/evaluation';
import { createSession } from '../../src/runtime';
import { type Assessment, assess } from './assess';
import { type Batch, drawBatch, epochOrder } from './draw-batch';
import { decays, MERGES, type Recipe } from './models';
import { pretrainingObjective } from './objective';
import { type Halves, SIDE } from './photographs';
import { learningRate } from './schedule';
import { readSnapshot, writeSnapshot } from './snapshot';
import { SPLIT } from './split';
import { TrainingLog } from './training-log';

export interface PretrainOptions {
  /** Names the snapshot. */
  readonly model: string;
  readonly recipe: Recipe;
  /** Indices into the training half. */
  readonly trainable: readonly number[];
  readonly epochs: number;
  readonly seed: number;
  readonly threads?: number;
  /** Folder that the checkpoint is written to after every epoch; the log is beside it, as <out>.jsonl. */
  readonly out: string;
  /** Folder for snapshots. */
  readonly cache: string;
  readonly onStep?: (step: number, steps: number, loss: number) => void;
  readonly onAssessment?: (epoch: number, heldOut: Assessment) => void;
}

/** Steps between two lines of the log. */
const LOG_EVERY = 10;

/** CLIP keeps its temperature so that logits are at most 100 times the cosine. */
const LOGIT_SCALE_LIMITS = [0, Math.log(100)] as const;

/** Epochs are assessed on a fifth of the test half; the last one on all of it, in every style. */
const QUICK = { every: 5, styles: ['photograph'] } as const;

/**
 * Trains a demo model from scratch, or goes on from its last snapshot. Batches depend on (seed, step) alone, so a
 * training that was killed ends with the same weights as one that was not, given the same number of threads.
 */
export async function train(halves: Halves, options: PretrainOptions): Promise<Assessment> {
  const { model, epochs, seed, threads, out, trainable } = options;
  const { config, ...recipe } = options.recipe;
  const { batch, peakLearningRate, weightDecay, shift, clipNorm } = recipe;
  const stepsPerEpoch = Math.floor(trainable.length / batch);
  const steps = epochs * stepsPerEpoch;
  // the number of epochs may be raised when a training resumes: the schedule is stretched from there on
  const settings = { model, seed, ...recipe, images: trainable.length, split: SPLIT };

  const { clip, loss } = pretrainingObjective(config, batch);
  const program = trainingStep({
    loss,
    trainable: clip.parameters,
    optimiser: adamw({ betas: [0.9, 0.98], eps: 1e-8, weightDecay, decay: decays }),
    clipNorm,
    limits: { logit_scale: LOGIT_SCALE_LIMITS },
    updates: clip.updates(),
  });
  const session = await createSession(program, { threads });
  const snapshotFile = join(options.cache, `${model}-${seed}.snapshot`);
  const snapshot = await readSnapshot(snapshotFile, JSON.stringify(settings));
  session.loadState(snapshot?.state ?? initialise(config, seed));
  const checkpoint = newCheckpoint(
    config,
    await session.state(),
    clipTokenizerFiles(config.text.contextLength, MERGES),
    'F16',
  );
  const encoder = await createEncoder(config, await session.state(), checkpoint.tokenizer, { threads });
  const log = new TrainingLog(`${out}.jsonl`, snapshot?.step ?? 0);
  const environment = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism(), threads };
  log.write({ kind: 'start', step: snapshot?.step ?? 0, settings: { ...settings, epochs, config }, environment });

  let order: number[] = [];
  let heldOut: Assessment | undefined;
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  for (let step = snapshot?.step ?? 0; step < steps; step++) {
    const epoch = Math.floor(step / stepsPerEpoch);
    const within = step % stepsPerEpoch;
    if (within === 0 || order.length === 0) order = epochOrder(trainable, seed, epoch);
    const indices = order.slice(within * batch, (within + 1) * batch);
    const drawn = drawBatch(halves.train, indices, { seed, step, shift });
    const rate = learningRate(step, steps, peakLearningRate);
    const outputs = await session.run({ ...feeds(drawn, checkpoint), learningRate: Float32Array.of(rate) });
    const [value] = outputs.loss as Float32Array;
    if (!Number.isFinite(value)) throw new Error(`the loss became ${value} at step ${step}: lower the learning rate`);
    options.onStep?.(step + 1, steps, value!);
    if ((step + 1) % LOG_EVERY === 0) {
      const logitScale = Math.exp((await session.state()).get('logit_scale')!.data[0]!);
      log.write({
        kind: 'step',
        step: step + 1,
        epoch,
        loss: value!,
        logitScale,
        learningRate: rate,
        seconds: seconds(),
      });
    }
    if (within < stepsPerEpoch - 1) continue;
    await writeSnapshot(snapshotFile, {
      step: step + 1,
      settings: JSON.stringify(settings),
      state: await session.state(),
    });
    await writeCheckpoint(out, checkpoint, await session.state());
    encoder.load(await session.state());
    heldOut = await assess(encoder, config, halves.test, step + 1 < steps ? QUICK : {});
    log.write({ kind: 'assessment', step: step + 1, epoch, seconds: seconds(), heldOut });
    options.onAssessment?.(epoch, heldOut);
  }
  heldOut ??= await assess(encoder, config, halves.test);
  await encoder.dispose();
  await session.dispose();
  return heldOut;
}

/** Pixels and token ids as the graph takes them. */
function feeds({ images, captions, shares }: Batch, { config, tokenizer }: Checkpoint) {
  const { size } = config.image;
  const { contextLength } = config.text;
  const pixels = new Float32Array(images.length * 3 * size * size);
  images.forEach((data, i) => {
    pixels.set(preprocessPixels({ data, width: SIDE, height: SIDE }, config.image), i * 3 * size * size);
  });
  const ids = new BigInt64Array(captions.length * contextLength);
  captions.forEach((caption, i) => {
    ids.set(tokenizer.encode(caption), i * contextLength);
  });
  return { images: pixels, captions: ids, shares };
}
