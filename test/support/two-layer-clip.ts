import { type ClipConfig, initialise } from '../../src/clip';
import { TINY_CLIPS } from '../../src/clip/testing/tiny-clips';
import { adam, forward, randomStream, type Weights } from '../../src/engine';
import {
  contrastiveLoss,
  defineMethod,
  type Method,
  type SetName,
  type Training,
  trainable,
  zeroShotLoss,
} from '../../src/method';
import { bindObjective } from '../../src/method/bind';
import { resolveParameters } from '../../src/method/parameters';
import { objectiveOf } from '../../src/method/testing/objective-of';
import { createSession } from '../../src/runtime';
import { accuracies } from '../../src/trainer/accuracy';
import { drawsOf } from '../../src/trainer/draws';
import type { FromTrainer } from '../../src/trainer/messages';
import { type PreparedSet, type PreparedSets, planCaptions } from '../../src/trainer/prepared-set';
import { Reporter } from '../../src/trainer/reporter';
import type { Snapshot } from '../../src/trainer/snapshot';
import { StageRunner } from '../../src/trainer/stage-runner';
import { stepFeeds } from '../../src/trainer/step-feeds';
import { Towers } from '../../src/trainer/towers';
import { TINY_CLIP } from './tiny-world';

const COMPUTE = { device: 'CPU', threads: 1 } as const;
const CLASSES = 4;
const PER_CLASS = 4;

/** Both image towers, at their smallest. */
export const TOWERS: Readonly<Record<'vit' | 'resnet', ClipConfig>> = { vit: TINY_CLIP, resnet: TINY_CLIPS.resnet };

/** How an attempt at a method is made, and what of it is watched. */
export interface Attempt {
  readonly seed?: number;
  readonly resume?: Snapshot;
  /** Declared sets that the run has no images for. */
  readonly without?: readonly SetName[];
  /** Of each set so many samples, the first. */
  readonly only?: number;
  readonly onArtifact?: (name: string) => void;
  /** Sees every snapshot; a run snapshots after each step. */
  readonly onSnapshot?: (snapshot: Snapshot) => void;
  readonly onMessage?: (message: FromTrainer) => void;
  /** Called between any two pieces of work; throws to cancel. */
  readonly breathe?: () => Promise<void>;
}

/** A two-layer CLIP and four classes of images it was taught; class 0 is to be forgotten. */
export class TwoLayerClip {
  private readonly towers: Towers;

  private constructor(
    readonly config: ClipConfig,
    readonly weights: Weights,
    readonly original: Weights,
    private readonly prepared: PreparedSets,
    /** What the method said of its run. */
    readonly outcome?: string,
  ) {
    this.towers = new Towers(config, COMPUTE, async () => {});
  }

  /** Trained with the contrastive loss on forget and retain pairs until it knows them. */
  static async taught(tower: keyof typeof TOWERS = 'vit'): Promise<TwoLayerClip> {
    const config = TOWERS[tower];
    const start = initialise(config, 5);
    const pupil = new TwoLayerClip(config, start, start, worldOf(config, ['forget', 'retain'], true));
    const { weights } = await pupil.unlearn(teaching, {});
    return new TwoLayerClip(config, weights, weights, worldOf(config, ['forget', 'retain']));
  }

  /** After a run of the method, by the trainer's own loop. */
  async unlearn(
    method: Method,
    parameters: Readonly<Record<string, unknown>>,
    attempt: Attempt = {},
  ): Promise<TwoLayerClip> {
    const { seed = 1, resume, without = [], onSnapshot, onMessage = () => {}, breathe = async () => {} } = attempt;
    const resolved = resolveParameters(method.params, method.presets ?? {}, parameters);
    if (!resolved.ok) throw new Error(resolved.refusals.map(({ message }) => message).join('; '));
    const weights: Weights = new Map(this.weights);
    // Of the sets, those the method declared, in its order, as the trainer prepares them.
    const sets = new Map(
      method.sets
        .filter((name) => !without.includes(name))
        .map((name) => [name, this.prepared.sets.get(name) ?? setOf(this.config, classesOf(name))] as const)
        .map(([name, set]) => [name, attempt.only === undefined ? set : firstOf(set, attempt.only)]),
    );
    const context = {
      config: this.config,
      seed,
      compute: COMPUTE,
      original: this.original,
      weights,
      prepared: { ...this.prepared, sets },
      towers: this.towers,
      reporter: new Reporter(onMessage),
      send: onMessage,
      snapshots: {
        due: () => onSnapshot !== undefined,
        save: async (snapshot: Omit<Snapshot, 'run' | 'threads' | 'device'>) =>
          onSnapshot?.(structuredClone({ run: 'a run', ...COMPUTE, ...snapshot })),
      },
      artifact: async (name: string) => attempt.onArtifact?.(name),
      breathe,
    };
    const outcome = await new StageRunner(context, method, resume).run(resolved.values);
    return new TwoLayerClip(this.config, weights, this.original, this.prepared, outcome);
  }

  /** The terms of a method's first step at these weights, with each set as its batch. */
  async terms(method: Method, parameters: Readonly<Record<string, unknown>>): Promise<Record<string, number>> {
    const { objective, training } = await objectiveOf(method, parameters);
    const sizes = Object.fromEntries([...this.prepared.sets].map(([name, { size }]) => [name, size]));
    const { terms } = bindObjective(objective, {
      config: this.config,
      sizes,
      captions: planCaptions(this.prepared, 64),
      trainable: training.trainable,
    });
    const program = forward(terms);
    const session = await createSession(program, COMPUTE);
    session.loadState(this.weights);
    const owners = { model: this.weights, original: this.original };
    const feeds = await stepFeeds(program, this.prepared, owners, this.towers, drawsOf(1, 'unlearn'));
    const rows = Object.fromEntries([...this.prepared.sets].map(([name, { size }]) => [name, [...Array(size).keys()]]));
    const found = await session.run(feeds(rows));
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value[0])]));
  }

  /** Of each set, the fraction of images whose own caption is the nearest of all. */
  matched(): Promise<{ forget?: number; retain?: number }> {
    const everything = new Map([...this.prepared.sets].map(([name, { size }]) => [name, [...Array(size).keys()]]));
    return accuracies(this.towers, this.weights, this.prepared, everything);
  }

  /** Zero-shot cross entropy of each set, in nats. */
  losses(): Promise<Record<string, number>> {
    return this.terms(knowing, {});
  }

  /** Names of the weights that are not bit-identical to the original's. */
  moved(): string[] {
    return [...this.weights]
      .filter(([name, { data }]) => !sameBits(data, this.original.get(name)!.data))
      .map(([name]) => name);
  }

  /** Whether both have the same weights, bit by bit. */
  equals(other: TwoLayerClip): boolean {
    return [...this.weights].every(([name, { data }]) => sameBits(data, other.weights.get(name)!.data));
  }
}

const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

const TEACHING: Training = {
  optimiser: adam(),
  learningRate: 3e-3,
  batchSize: 64,
  epochs: 150,
  trainable: trainable('all'),
};

const teaching = defineMethod({
  name: 'teaching',
  version: '1.0.0',
  title: 'Teaching',
  description: 'Trains on both sets with the contrastive loss.',
  paper: { title: 'none', url: 'https://example.org' },
  sets: ['forget', 'retain'],
  params: {},
  training: () => TEACHING,
  objective: ({ model, forget, retain }) => ({
    forget: [1, contrastiveLoss(model(forget))],
    retain: [1, contrastiveLoss(model(retain))],
  }),
});

const knowing = defineMethod({
  ...teaching,
  name: 'knowing',
  sets: ['forget', 'retain'],
  params: {},
  training: () => TEACHING,
  objective: ({ model, forget, retain }) => ({
    forget: [1, zeroShotLoss(model(forget))],
    retain: [1, zeroShotLoss(model(retain))],
  }),
});

/** Images of noise around a pattern of their class, and one token sequence a class. `mixed`: every set has every class. */
function worldOf(config: ClipConfig, names: readonly SetName[], mixed = false): PreparedSets {
  const { startToken, eotToken } = config.text;
  const tokens = Array.from({ length: CLASSES }, (_, k) =>
    BigInt64Array.from([startToken, 10 + k, 20 + 3 * k, eotToken].map(BigInt)),
  );
  const sets = new Map(names.map((name) => [name, setOf(config, mixed ? [0, 1, 2, 3] : classesOf(name))]));
  const classNames = ['a', 'b', 'c', 'd'];
  return { sets, classes: CLASSES, classNames, forgotten: [0], tokens, length: 4 };
}

const firstOf = ({ pixels, captions, labels }: PreparedSet, count: number): PreparedSet => ({
  size: count,
  pixels: pixels.slice(0, count),
  captions: captions.slice(0, count),
  labels: labels?.slice(0, count),
});

const classesOf = (name: SetName) => (name === 'forget' ? [0] : [1, 2, 3]);

function setOf({ image }: ClipConfig, classes: readonly number[]): PreparedSet {
  const labels = classes.flatMap((k) => Array<number>(PER_CLASS).fill(k));
  const pixels = labels.map((k, i) => {
    const pattern = randomStream(1, 'pattern', k);
    const noise = randomStream(1, `noise ${k}`, i % PER_CLASS);
    return Float32Array.from({ length: 3 * image.size ** 2 }, () => pattern.normal() + 0.3 * noise.normal());
  });
  return { size: labels.length, pixels, captions: labels, labels };
}
