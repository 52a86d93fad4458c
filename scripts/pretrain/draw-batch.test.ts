import { randomStream } from '../../src/engine';
import { drawBatch, epochOrder } from './draw-batch';
import { type Photographs, PIXELS } from './photographs';
import { SPLIT, split } from './split';
import { applyStyle } from './styles';

const PER_CLASS = 500;

/** As many images as the split takes, with one copied from the unlearning part under another name. */
function half(stage: string): Photographs {
  const count = 10 * PER_CLASS;
  const labels = Uint8Array.from({ length: count }, (_, i) => Math.floor(i / PER_CLASS));
  const hashes = [...labels.keys()].map((i) => `${stage}${i}`);
  return { pixels: new Uint8Array(0), labels, hashes, names: hashes };
}

test('a batch depends on seed and step alone, and leaves the photographs as they are', () => {
  const { integer } = randomStream(1, 'pixels');
  const pixels = new Uint8Array(4 * PIXELS).map(() => integer(256));
  const before = pixels.slice();
  const photographs = { pixels, labels: Uint8Array.of(0, 1, 2, 3), hashes: [], names: [] };
  const draw = (step: number) => drawBatch(photographs, [3, 0, 2], { seed: 1, step, shift: 4 });
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5).captions).not.toEqual(draw(6).captions);
  for (let step = 0; step < 20; step++) draw(step);
  expect(pixels).toEqual(before);
});

test('every epoch passes all images, each in an order of its own', () => {
  const images = [4, 8, 15, 16, 23, 42];
  const orders = [0, 1, 2].map((epoch) => epochOrder(images, 9, epoch));
  for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(images);
  expect(new Set(orders.map(String)).size).toBeGreaterThan(1);
});

test('the parts never overlap, nor does what pretraining sees with unlearning or the test half', () => {
  const halves = { train: half('train'), test: half('test') };
  const first = split(halves);
  const [copied] = first.unlearn;
  const copy = first.trainable[0]!;
  const hashes = halves.train.hashes.map((hash, i) => (i === copy ? halves.train.hashes[copied!]! : hash));
  const parts = split({ ...halves, train: { ...halves.train, hashes } });
  expect(parts.unlearn).toEqual(first.unlearn);
  expect(parts.unlearn).toHaveLength(10 * SPLIT.unlearn);
  expect(parts.evaluate).toHaveLength(10 * SPLIT.evaluate);
  expect(parts.trainable).not.toContain(copy);
  expect(parts.trainable.filter((i) => parts.unlearn.includes(i))).toEqual([]);
  expect(parts.pretrain.every((i) => parts.trainable.includes(i))).toBe(true);
});

test('styles: grey has one value a pixel, posters have few, a plain image sketches to white paper', () => {
  const { integer } = randomStream(2, 'pixels');
  const pixels = new Uint8Array(PIXELS).map(() => integer(256));
  const grey = pixels.slice();
  applyStyle('greyscale', grey, 32);
  for (let at = 0; at < PIXELS; at += 3) expect(new Set(grey.slice(at, at + 3)).size).toBe(1);
  const poster = pixels.slice();
  applyStyle('posterised', poster, 32);
  expect(new Set(poster)).toEqual(new Set([0, 128, 255]));
  const plain = new Uint8Array(PIXELS).fill(77);
  applyStyle('sketch', plain, 32);
  expect(new Set(plain)).toEqual(new Set([255]));
});
