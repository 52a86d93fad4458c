import { constant, grad, input, interpret, type Tensor, type Weights } from '../../engine';
import { type Checkpoint, readCheckpoint } from '..';
import { type Placement, placements, take } from '../checkpoint/stored-parts';
import { layouts } from '../layouts/layouts';
import { copyFixture, type Expectation, expectations, type FixtureModel, fixturePixels } from '../testing/fixtures';
import { buildClip } from './build-clip';
import { contrastiveLoss } from './contrastive-loss';

/** ||a - b|| / ||b|| */
function distance(a: ArrayLike<number>, b: readonly number[]): number {
  const difference = b.map((value, i) => (a[i]! - value) ** 2);
  const total = (values: readonly number[]) => Math.sqrt(values.reduce((x, y) => x + y, 0));
  return total(difference) / total(b.map((value) => value ** 2));
}

const MODELS: FixtureModel[] = [
  'vit-hugging-face',
  'vit-hugging-face-legacy',
  'vit-open-clip',
  'vit-openai',
  'resnet-open-clip',
];

async function compute(checkpoint: Checkpoint, ids: number[][], training: boolean) {
  const { config, weights } = checkpoint;
  const { size } = config.image;
  const clip = buildClip(config, { training });
  const image = clip.encodeImage(input('pixels', [3, 3, size, size]));
  const text = clip.encodeText(constant(ids.flat(), [3, ids[0]!.length], 'int64'));
  const loss = contrastiveLoss(image, text, clip.logitScale);
  const feeds = new Map([
    ['pixels', { shape: [3, 3, size, size], data: Float64Array.from(fixturePixels(size)) }],
    ...[...weights].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }] as const),
  ]);
  const updates = Object.entries(clip.updates());
  const gradients = grad(loss, [...clip.parameters]);
  const outputs: Tensor[] = [image, text, loss, ...gradients, ...updates.map(([, tensor]) => tensor)];
  const [imageValue, textValue, lossValue, ...rest] = interpret(outputs, feeds);
  const named = (names: readonly string[], from: number): Weights =>
    new Map(
      names.map((name, i) => {
        const { shape, data } = rest[from + i]!;
        return [name, { shape, data: Float32Array.from(data) }];
      }),
    );
  const parameterNames = clip.parameters.map((tensor) =>
    tensor.node.op === 'parameter' ? tensor.node.attributes.name : '',
  );
  return {
    image: imageValue!.data,
    text: textValue!.data,
    loss: lossValue!.data[0]!,
    gradients: named(parameterNames, 0),
    statistics: named(
      updates.map(([name]) => name),
      gradients.length,
    ),
  };
}

describe.each(MODELS)('%s', (name) => {
  let checkpoint: Checkpoint;
  let parts: Map<string, Placement>;
  let ids: number[][];
  let cases: [expected: Expectation, training: boolean][];

  beforeAll(async () => {
    const all = await expectations();
    const { evaluation, training } = all.models[name];
    ids = all.ids;
    cases = [[evaluation, false], ...(training ? [[training, true] as [Expectation, boolean]] : [])];
    checkpoint = await readCheckpoint(await copyFixture(name));
    const stored = new Set(checkpoint.stored.tensors.map((tensor) => tensor.name));
    parts = placements(checkpoint.config, layouts[checkpoint.config.layout].parts(checkpoint.config, stored));
  });

  it('computes the embeddings, the loss and the gradients that PyTorch computes', async () => {
    for (const [expected, training] of cases) {
      const actual = await compute(checkpoint, ids, training);
      expect(distance(actual.image, expected.image.flat())).toBeLessThan(1e-4);
      expect(distance(actual.text, expected.text.flat())).toBeLessThan(1e-4);
      expect(actual.loss).toBeCloseTo(expected.loss, 4);
      // Softmax ignores a shift of all scores, so a key's bias has no gradient: what PyTorch reports of it is rounding.
      const noise = 1e-5 * Math.max(...Object.values(expected.gradients).map(({ norm }) => norm));
      for (const [stored, { norm, step, entries }] of Object.entries(expected.gradients)) {
        const gradient = take(parts.get(stored)!, actual.gradients);
        const errors = entries.map((value, i) => Math.abs(value - gradient[i * step]!));
        const relative = Math.max(Math.abs(Math.hypot(...gradient) - norm), ...errors) / Math.max(norm, noise);
        expect([stored, relative < 1e-3 || (norm < noise && relative < 1)]).toEqual([stored, true]);
      }
      for (const [key, values] of Object.entries(expected.statistics ?? {}))
        expect(distance(actual.statistics.get(key)!.data, values)).toBeLessThan(1e-4);
    }
  });
});
