import { buildClip, type ClipConfig, contrastiveLoss, initialise } from '../../src/clip';
import {
  adamw,
  connected,
  forward,
  grad,
  input,
  interpret,
  randomStream,
  sgd,
  trainingStep,
  type Weights,
} from '../../src/engine';
import { distance } from '../../src/engine/testing/distance';
import { type Case, problem } from '../../src/engine/testing/primitive-cases';
import { createSession, type SessionOptions } from '../../src/runtime';

/** How far a device's results of a primitive and of its gradients are from the float64 interpreter's, relative to the largest value. */
export async function primitiveDifference(c: Case, options: SessionOptions): Promise<number> {
  const { operands, values, y, loss } = problem(c);
  const outputs = { y, ...Object.fromEntries(grad(loss, operands).map((g, i) => [`g${i}`, g])) };
  const session = await createSession(forward(outputs), options);
  try {
    session.loadState(
      new Map(operands.map((x, i) => [`x${i}`, { shape: x.shape, data: Float32Array.from(values[`x${i}`]!) }])),
    );
    const computed = await session.run();
    const expected = interpret(Object.values(outputs), values);
    return Math.max(
      ...Object.keys(outputs).map((name, i) => distance(Array.from(computed[name]!, Number), expected[i]!.data)),
    );
  } finally {
    await session.dispose();
  }
}

/** Batch statistics of four samples would be so badly conditioned that float32 shows more of itself than of the device. */
const BATCH = 16;

/** One batch of random pixels and token sequences. */
function batch({ image: { size }, text: { contextLength, vocabSize, eotToken } }: ClipConfig, step: number) {
  const random = randomStream(3, 'device parity', step);
  const pixels = Float32Array.from({ length: BATCH * 3 * size * size }, () => random.normal());
  const tokens = BigInt64Array.from({ length: BATCH * contextLength }, (_, i) =>
    BigInt(i % contextLength === contextLength - 1 ? eotToken : random.integer(vocabSize - 2)),
  );
  return { pixels, tokens };
}

/** A training model's contrastive loss of a batch that is fed. */
function lossOf(config: ClipConfig) {
  const { size } = config.image;
  const clip = buildClip(config, { training: config.family === 'modified-resnet' });
  const image = clip.encodeImage(input('pixels', [BATCH, 3, size, size]));
  const text = clip.encodeText(input('tokens', [BATCH, config.text.contextLength], 'int64'));
  return { clip, loss: contrastiveLoss(image, text, clip.logitScale) };
}

/** A start at which every weight has a gradient: CLIP begins with residual branches of weight zero, through which none passes. */
function start(config: ClipConfig): Weights {
  const weights = initialise(config, 1);
  for (const [name, { data }] of weights) if (name.endsWith('bn3.weight')) data.fill(1);
  return weights;
}

/**
 * The worst of all weights' gradients of the contrastive loss against the float64 interpreter's: ||device - interpreter|| / ||interpreter||. A gradient that is
 * zero but for float64's rounding, such as that of a key's bias, which softmax does not feel, is left out.
 */
export async function gradientDifference(config: ClipConfig, options: SessionOptions): Promise<number> {
  const { clip, loss } = lossOf(config);
  const gradients = grad(loss, connected(loss, clip.parameters));
  const outputs = Object.fromEntries(gradients.map((g, i) => [`g${i}`, g]));
  const weights = start(config);
  const feeds = batch(config, 0);
  const session = await createSession(forward(outputs), options);
  try {
    session.loadState(weights);
    const computed = await session.run(feeds);
    const values = Object.fromEntries([...weights].map(([name, { data }]) => [name, data]));
    const expected = interpret(gradients, {
      ...values,
      pixels: feeds.pixels,
      tokens: Array.from(feeds.tokens, Number),
    });
    const norms = expected.map(({ data }) => Math.hypot(...data));
    const largest = Math.max(...norms);
    const compared = expected.flatMap(({ data }, i) =>
      norms[i]! > 1e-12 * largest ? [relative(Array.from(computed[`g${i}`]!, Number), data)] : [],
    );
    return Math.max(...compared);
  } finally {
    await session.dispose();
  }
}

function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** What some training steps gave. */
export interface Trained {
  readonly losses: readonly number[];
  readonly weights: Weights;
  readonly millisecondsPerStep: number;
}

/**
 * Adam divides by the gradient's own size, so a gradient that is zero but for rounding, as those of weights before a batch normalisation are,
 * moves its weight by a whole step in a direction that rounding decides: a ResNet is compared under SGD.
 */
const OPTIMISER = { vit: adamw({ weightDecay: 0.1 }), 'modified-resnet': sgd({ momentum: 0.9, weightDecay: 1e-3 }) };
const LEARNING_RATE = { vit: 1e-3, 'modified-resnet': 1e-2 };

/** A few steps of contrastive training with clipped gradients and, in a ResNet, batch statistics. */
export async function train(config: ClipConfig, steps: number, options: SessionOptions): Promise<Trained> {
  const { clip, loss } = lossOf(config);
  const program = trainingStep({
    loss,
    trainable: clip.parameters,
    optimiser: OPTIMISER[config.family],
    clipNorm: 1,
    updates: clip.updates(),
  });
  const session = await createSession(program, options);
  try {
    session.loadState(start(config));
    const losses: number[] = [];
    let milliseconds = 0;
    for (let step = 0; step < steps; step++) {
      const started = performance.now();
      const { loss } = await session.run({
        ...batch(config, step),
        learningRate: Float32Array.of(LEARNING_RATE[config.family]),
      });
      if (step > 0) milliseconds += performance.now() - started;
      losses.push(Number(loss![0]));
    }
    const weights = await session.state();
    const copies = [...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const);
    return { losses, weights: new Map(copies), millisecondsPerStep: milliseconds / Math.max(1, steps - 1) };
  } finally {
    await session.dispose();
  }
}

/** ||a - b|| / ||b|| over all of the state together. */
export function stateDistance(a: Weights, b: Weights): number {
  const all = (weights: Weights) => [...b.keys()].flatMap((name) => Array.from(weights.get(name)!.data));
  return relative(all(a), all(b));
}
