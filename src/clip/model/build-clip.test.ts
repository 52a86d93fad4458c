import { constant, input, interpret, type Tensor } from '../../engine';
import { type Checkpoint, readCheckpoint } from '..';
import { copyFixture, fixturePixels } from '../testing/fixtures';
import { buildClip } from './build-clip';
import { contrastiveLoss } from './contrastive-loss';

let resnet: Checkpoint;
let vit: Checkpoint;
beforeAll(async () => {
  resnet = await readCheckpoint(await copyFixture('resnet-open-clip'));
  vit = await readCheckpoint(await copyFixture('vit-hugging-face'));
});

const feedsOf = ({ weights }: Checkpoint, prefix = '') =>
  new Map([...weights].map(([name, { shape, data }]) => [prefix + name, { shape, data: Float64Array.from(data) }]));
const namesOf = (tensors: readonly Tensor[]) =>
  tensors.map(({ node }) => (node.op === 'parameter' ? node.attributes.name : ''));
const values = (tensors: Tensor[], feeds: ReturnType<typeof feedsOf>) =>
  interpret(tensors, feeds).map(({ data }) => data);

describe('a CLIP', () => {
  it('computes the same from ids without their padding, for no position sees a later one', () => {
    const { encodeText } = buildClip(vit.config);
    const ids = [vit.config.text.startToken, 5, 8, vit.config.text.eotToken];
    const padded = [...ids, ...Array(vit.config.text.contextLength - ids.length).fill(0)];
    const tensors = [ids, padded].map((row) => encodeText(constant(row, [1, row.length], 'int64')));
    const [short, long] = values(tensors, feedsOf(vit));
    for (const [i, value] of short!.entries()) expect(value).toBeCloseTo(long![i]!, 10);
  });

  it('has every tensor of the file once, running statistics apart', () => {
    const { parameters, buffers } = buildClip(resnet.config);
    expect([...namesOf(parameters), ...namesOf(buffers)].sort()).toEqual([...resnet.weights.keys()].sort());
    expect(namesOf(buffers).every((name) => name.includes('running_'))).toBe(true);
    expect(buffers.length).toBeGreaterThan(0);
  });

  it('has weights of its own under a prefix', () => {
    const { parameters, encodeText, updates, encodeImage } = buildClip(resnet.config, {
      prefix: 'original/',
      training: true,
    });
    expect(namesOf(parameters).every((name) => name.startsWith('original/'))).toBe(true);
    const text = encodeText(constant([1, 2, 3], [1, 3], 'int64'));
    expect(values([text], feedsOf(resnet, 'original/'))[0]).toHaveLength(20);
    encodeImage(input('pixels', [2, 3, 64, 64]));
    expect(Object.keys(updates()).every((name) => name.startsWith('original/visual.'))).toBe(true);
  });

  it('moves its running statistics once for each batch that it saw', () => {
    const clip = buildClip(resnet.config, { training: true });
    const name = 'visual.bn1.running_mean';
    const pixels = input('pixels', [3, 3, 64, 64]);
    const feeds = feedsOf(resnet).set('pixels', { shape: [3, 3, 64, 64], data: Float64Array.from(fixturePixels(64)) });
    clip.encodeImage(pixels);
    const once = clip.updates()[name]!;
    clip.encodeImage(pixels);
    const twice = clip.updates()[name]!;
    const start = resnet.weights.get(name)!.data;
    const [first, second] = values([once, twice], feeds);
    // The same batch twice: what is left of the way to its mean shrinks by 0.9 each time.
    for (const [i, value] of start.entries())
      expect(second![i]! - first![i]!).toBeCloseTo(0.9 * (first![i]! - value), 10);
  });

  it('says what it takes', () => {
    const { encodeImage, encodeText } = buildClip(vit.config);
    expect(() => encodeImage(input('pixels', [1, 3, 32, 32]))).toThrow('[B,3,16,16]');
    expect(() => encodeText(input('ids', [1, 11], 'int64'))).toThrow('up to 10');
    expect(() => encodeText(input('ids', [1, 5]))).toThrow('int64');
  });
});

describe('the contrastive loss', () => {
  const loss = (image: number[], text: number[], scale: number) =>
    values(
      [contrastiveLoss(constant(image, [2, 2]), constant(text, [2, 2]), constant([scale], []))],
      new Map(),
    )[0]![0]!;

  it('is log(1 + exp(-s)) for two orthogonal pairs, whatever their length', () => {
    expect(loss([3, 0, 0, 0.1], [1, 0, 0, 7], 1)).toBeCloseTo(Math.log(1 + Math.exp(-Math.E)), 10);
  });
  it('is log 2 where nothing tells the pairs apart, and finite where all is wrong at the highest scale', () => {
    expect(loss([1, 1, 1, 1], [1, 0, 1, 0], 4)).toBeCloseTo(Math.LN2, 10);
    expect(loss([1, 0, 0, 1], [0, 1, 1, 0], Math.log(100))).toBeCloseTo(100, 8);
  });
});
