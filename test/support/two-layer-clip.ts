import { initialise } from '../../src/clip';
import { adam, forward, type Program, randomStream, trainingStep, type Weights } from '../../src/engine';
import type { Method, Objective, SetName, Training } from '../../src/method';
import { contrastiveLoss } from '../../src/method';
import { bindObjective } from '../../src/method/bind';
import { objectiveOf } from '../../src/method/testing/objective-of';
import { createSession } from '../../src/runtime';
import { accuracies } from '../../src/trainer/accuracy';
import { type PreparedSet, type PreparedSets, planCaptions } from '../../src/trainer/prepared-set';
import { stepFeeds } from '../../src/trainer/step-feeds';
import { Towers } from '../../src/trainer/towers';
import { TINY_CLIP } from './tiny-world';

const COMPUTE = { device: 'CPU', threads: 1 } as const;
const CLASSES = 4;
const PER_CLASS = 4;

/** A two-layer CLIP and four classes of images it was taught; class 0 is to be forgotten. The batch is the whole set. */
export class TwoLayerClip {
  private readonly towers = new Towers(TINY_CLIP, COMPUTE, async () => {});

  private constructor(
    readonly weights: Weights,
    private readonly original: Weights,
    private readonly prepared: PreparedSets,
  ) {}

  /** Trained with the contrastive loss on forget and retain pairs until it knows them. */
  static async taught(): Promise<TwoLayerClip> {
    const start = initialise(TINY_CLIP, 5);
    const clip = new TwoLayerClip(start, start, worldOf(['forget', 'retain']));
    const teaching: Training = {
      optimiser: adam(),
      learningRate: 3e-3,
      batchSize: 0,
      epochs: 0,
      trainable: () => true,
    };
    const taught = await clip.trained(
      ({ model, forget, retain }) => ({
        forget: [1, contrastiveLoss(model(forget))],
        retain: [1, contrastiveLoss(model(retain))],
      }),
      teaching,
      150,
      worldOf(['forget', 'retain'], true),
    );
    return new TwoLayerClip(taught, taught, clip.prepared);
  }

  /** After so many steps of a method. */
  async unlearn(method: Method, parameters: Readonly<Record<string, unknown>>, steps: number): Promise<TwoLayerClip> {
    const { objective, training } = await objectiveOf(method, parameters);
    return new TwoLayerClip(
      await this.trained(objective, training, steps, this.prepared),
      this.original,
      this.prepared,
    );
  }

  /** The method's terms at these weights. */
  async terms(method: Method, parameters: Readonly<Record<string, unknown>>): Promise<Record<string, number>> {
    const { objective, training } = await objectiveOf(method, parameters);
    const program = forward(this.bound(objective, training, this.prepared).terms);
    const session = await createSession(program, COMPUTE);
    session.loadState(this.weights);
    const found = await session.run((await this.feeds(program, this.prepared))());
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value[0])]));
  }

  /** Of each set, the fraction of images whose own caption is the nearest of all. */
  matched(): Promise<{ forget?: number; retain?: number }> {
    const everything = new Map([...this.prepared.sets].map(([name, { size }]) => [name, [...Array(size).keys()]]));
    return accuracies(this.towers, this.weights, this.prepared, everything);
  }

  private bound(objective: Objective<SetName>, training: Training, prepared: PreparedSets) {
    const sizes = Object.fromEntries([...prepared.sets].map(([name, { size }]) => [name, size]));
    return bindObjective(objective, {
      config: TINY_CLIP,
      sizes,
      captions: planCaptions(prepared, 64),
      trainable: training.trainable,
    });
  }

  private async feeds(program: Program, prepared: PreparedSets) {
    const rows = Object.fromEntries([...prepared.sets].map(([name, { size }]) => [name, [...Array(size).keys()]]));
    const feed = await stepFeeds(program, prepared, { model: this.weights, original: this.original }, this.towers);
    return () => feed(rows);
  }

  private async trained(
    objective: Objective<SetName>,
    training: Training,
    steps: number,
    prepared: PreparedSets,
  ): Promise<Weights> {
    const { loss, trainable } = this.bound(objective, training, prepared);
    const program = trainingStep({
      loss,
      trainable,
      optimiser: training.optimiser,
      ...(training.logitScaleRange && { limits: { logit_scale: training.logitScaleRange } }),
    });
    const session = await createSession(program, COMPUTE);
    session.loadState(this.weights);
    const feeds = { ...(await this.feeds(program, prepared))(), learningRate: Float32Array.of(training.learningRate) };
    for (let step = 0; step < steps; step++) await session.run(feeds);
    const state = await session.state();
    return new Map([...this.weights].map(([name, value]) => [name, state.get(name) ?? value]));
  }
}

/** Images of noise around a pattern of their class, and one token sequence a class. `mixed`: every set has every class. */
function worldOf(names: readonly SetName[], mixed = false): PreparedSets {
  const tokens = Array.from({ length: CLASSES }, (_, k) =>
    BigInt64Array.from([512, 10 + k, 40 + 3 * k, 513].map(BigInt)),
  );
  const sets = new Map(names.map((name) => [name, setOf(mixed ? [0, 1, 2, 3] : name === 'forget' ? [0] : [1, 2, 3])]));
  return { sets, classes: CLASSES, tokens, length: 4 };
}

function setOf(classes: readonly number[]): PreparedSet {
  const labels = classes.flatMap((k) => Array<number>(PER_CLASS).fill(k));
  const pixels = labels.map((k, i) => {
    const pattern = randomStream(1, 'pattern', k);
    const noise = randomStream(1, `noise ${k}`, i % PER_CLASS);
    return Float32Array.from({ length: 3 * 16 * 16 }, () => pattern.normal() + 0.3 * noise.normal());
  });
  return { size: labels.length, pixels, captions: labels, labels };
}
