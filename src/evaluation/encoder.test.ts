import {
  buildClip,
  type ClipConfig,
  clipTokenizerFiles,
  initialise,
  newCheckpoint,
  OPENAI_PREPROCESSING,
} from '../clip';
import { constant, interpret, randomStream } from '../engine';
import { dot, unit } from '../metrics';
import { createEncoder } from './encoder';

const text = { vocabSize: 522, contextLength: 6, startToken: 520, eotToken: 521, pooling: 'argmax' } as const;
const transformer = { width: 16, layers: 2, heads: 2, mlpWidth: 64 };
const CONFIG: ClipConfig = {
  family: 'vit',
  layout: 'hugging-face',
  embedDim: 8,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  text: { ...text, ...transformer },
  image: { ...OPENAI_PREPROCESSING, ...transformer, size: 8, patchSize: 4 },
};
const { uniform } = randomStream(5, 'images');
const images = Array.from({ length: 7 }, () => Float32Array.from({ length: 3 * 64 }, () => 2 * uniform() - 1));

describe('an encoder of a two-layer CLIP', () => {
  const checkpoint = newCheckpoint(CONFIG, initialise(CONFIG, 1), clipTokenizerFiles(6, 8));
  const open = (batch: number) =>
    createEncoder(CONFIG, checkpoint.weights, checkpoint.tokenizer, { batch, threads: 1 });

  test('embeds as many images as are given, whatever the batch of its graph, at unit length', async () => {
    const [small, large] = [await open(3), await open(16)];
    const progress: number[] = [];
    const features = await small.imageFeatures(images, (done) => progress.push(done));
    expect(progress).toEqual([3, 6, 7]);
    expect(features).toHaveLength(7);
    const others = await large.imageFeatures(images);
    features.forEach((feature, i) => {
      expect(dot(feature, feature)).toBeCloseTo(1, 5);
      expect(dot(feature, others[i]!)).toBeCloseTo(1, 5);
    });
    await small.dispose();
    await large.dispose();
  });

  test('agrees with the float64 interpreter', async () => {
    const encoder = await open(7);
    const [feature] = await encoder.imageFeatures(images);
    const clip = buildClip(CONFIG);
    const [expected] = interpret([clip.encodeImage(constant(images[0]!, [1, 3, 8, 8]))], feedsOf(checkpoint.weights));
    expect(dot(feature!, unit(Float32Array.from(expected!.data)))).toBeCloseTo(1, 5);
    await encoder.dispose();
  });

  test('reads texts, and takes other weights without compiling again', async () => {
    const encoder = await open(7);
    const [dog, cat, again] = await encoder.textFeatures(['a dog', 'a cat', 'a dog']);
    expect(dot(dog!, again!)).toBeCloseTo(1, 6);
    expect(dot(dog!, cat!)).toBeLessThan(0.9999);
    encoder.load(initialise(CONFIG, 2));
    const [other] = await encoder.textFeatures(['a dog']);
    expect(dot(dog!, other!)).toBeLessThan(0.9);
    await encoder.dispose();
  });
});

function feedsOf(weights: ReturnType<typeof initialise>) {
  return Object.fromEntries([...weights].map(([name, { data }]) => [name, data]));
}
