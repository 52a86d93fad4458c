import sharp from 'sharp';
import { accuracyByClass, coefficientCurve, embeddingMap, heatMapSheet } from '.';

const share = (accuracy: number) => ({ accuracy, low: Math.max(0, accuracy - 0.1), high: Math.min(1, accuracy + 0.1) });

/** Texts of an SVG in the order they are drawn. */
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

/** Features around one direction a class, the same at each call. */
function features(labels: readonly string[], noise: number): Float32Array[] {
  const names = [...new Set(labels)];
  return labels.map((label, i) => {
    const vector = Float32Array.from(
      { length: 12 },
      (_, d) => (d === names.indexOf(label) ? 1 : 0) + noise * Math.sin(7.3 * i + d),
    );
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}

function counter(): () => number {
  let state = 1;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('accuracy by class', () => {
  const row = (name: string, forgotten: boolean, after: number) => ({
    name,
    forgotten,
    before: share(0.8),
    after: share(after),
  });

  test('the forgotten classes come first, then those that changed most; the same numbers give the same text', () => {
    const rows = [row('ship', false, 0.79), row('bird & <co>', false, 0.5), row('cat', true, 0.1)];
    const svg = accuracyByClass(rows, 0.1);
    const names = texts(svg).filter((text) => /cat|bird|ship/.test(text!));
    expect(names).toEqual(['cat', 'bird &amp; &lt;co&gt;', 'ship']);
    expect(svg).not.toMatch(/<script|zr\d/);
    expect(accuracyByClass(rows, 0.1)).toBe(svg);
  });

  test('of a thousand classes the chart stays legible and says what it leaves out', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => row(`class ${i}`, i === 999, i === 7 ? 0.1 : 0.8));
    const svg = accuracyByClass(rows, 0.001);
    const names = texts(svg).filter((text) => text!.startsWith('class '));
    expect(names.slice(0, 2)).toEqual(['class 999', 'class 7']);
    expect(names).toHaveLength(40);
    expect(svg).toContain('the 960 least changed classes are not shown');
  });
});

test('a curve names its axis and the coefficient that was kept', () => {
  const points = [1, 0, 0.5].map((coefficient) => ({
    coefficient,
    forget: share(0.8 * (1 - coefficient)),
    retain: share(0.8),
  }));
  const svg = coefficientCurve(points, { title: 'Soup', coefficient: 'share of the original', chosen: 0.5 });
  expect(texts(svg)).toEqual(
    expect.arrayContaining(['Soup', 'share of the original', 'kept: 0.5', 'retain', 'forget']),
  );
});

describe('embedding map', () => {
  const labels = Array.from({ length: 60 }, (_, i) => ['cat', 'dog', 'ship'][i % 3]!);
  const data = { labels, forgotten: ['cat'], before: features(labels, 0.1), after: features(labels, 0.4) };

  test('one seed gives one map, with every class in its legend once', () => {
    const svg = embeddingMap(data, counter());
    expect(embeddingMap(data, counter())).toBe(svg);
    const names = texts(svg).filter((text) => /^(cat|dog|ship)$/.test(text!));
    expect(names).toEqual(['cat', 'dog', 'ship']);
  });

  test('beyond ten classes the others share one colour, and too few images are no mistake', () => {
    const many = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + (i % 13)));
    const map = (labels: string[]) =>
      embeddingMap({ labels, forgotten: [], before: features(labels, 0.1), after: features(labels, 0.2) }, counter());
    expect(texts(map(many))).toContain('other classes');
    expect(texts(map(['cat']))).toContain('cat');
  });
});

test('a sheet has a row an image, with red where the class is seen and blue where it is not', async () => {
  const side = 8;
  const image = new Uint8Array(3 * side * side).fill(128);
  const row = {
    image,
    side,
    label: 'cat & <dog>',
    forgotten: true,
    before: Float32Array.of(1, 1, 1, 1),
    after: Float32Array.of(-1, -1, -1, -1),
  };
  const sheet = await heatMapSheet([row, row], 'Heat', 'cosine');
  const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
  expect([info.format, info.channels]).toEqual(['raw', 3]);
  const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
  const [picture, before, after] = [210, 390, 570].map((x) => at(x, 180));
  expect(picture).toEqual([128, 128, 128]);
  expect(before![0]).toBeGreaterThan(before![2]! + 60);
  expect(after![2]).toBeGreaterThan(after![0]! + 60);
  expect(await heatMapSheet([row, row], 'Heat', 'cosine')).toEqual(sheet);
});
