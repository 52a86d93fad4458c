import { buildClip, type ClipConfig, contrastiveLoss, initialise } from '../../src/clip';
import {
  adamw,
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

const BATCH = 4;

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
  const { size } = config.image;
  const { contextLength, vocabSize, eotToken } = config.text;
  const clip = buildClip(config, { training: config.family === 'modified-resnet' });
  const image = clip.encodeImage(input('pixels', [BATCH, 3, size, size]));
  const text = clip.encodeText(input('tokens', [BATCH, contextLength], 'int64'));
  const program = trainingStep({
    loss: contrastiveLoss(image, text, clip.logitScale),
    trainable: clip.parameters,
    optimiser: OPTIMISER[config.family],
    clipNorm: 1,
    updates: clip.updates(),
  });
  const session = await createSession(program, options);
  try {
    session.loadState(initialise(config, 1));
    const losses: number[] = [];
    let milliseconds = 0;
    for (let step = 0; step < steps; step++) {
      const random = randomStream(3, 'device parity', step);
      const pixels = Float32Array.from({ length: BATCH * 3 * size * size }, () => random.normal());
      const tokens = BigInt64Array.from({ length: BATCH * contextLength }, (_, i) =>
        BigInt(i % contextLength === contextLength - 1 ? eotToken : random.integer(vocabSize - 2)),
      );
      const started = performance.now();
      const { loss } = await session.run({
        pixels,
        tokens,
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
  let [difference, norm] = [0, 0];
  for (const [name, { data }] of b) {
    const other = a.get(name)!.data;
    for (let i = 0; i < data.length; i++) {
      difference += (other[i]! - data[i]!) ** 2;
      norm += data[i]! ** 2;
    }
  }
  return Math.sqrt(difference / norm);
}
