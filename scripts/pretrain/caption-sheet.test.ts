import { randomStream } from '../../src/engine';
import { CAPTIONS_PER_STEP, captionShares, captionSheet, phrase, TEMPLATES } from './caption-sheet';
import { STYLES } from './styles';
import { COARSE_WORDS, coarseOf, FINE_WORDS } from './words';

const shares = (style: (typeof STYLES)[number], fine: number): Map<string, number> => {
  const row = new Float32Array(CAPTIONS_PER_STEP);
  captionShares(style, fine, row);
  const keys = STYLES.flatMap((of) => [...FINE_WORDS, ...COARSE_WORDS].map((word) => `${of} ${word}`));
  return new Map(
    keys.map((key, k) => [key, row[k]!]).filter(([, share]) => (share as number) > 0) as [string, number][],
  );
};

test('a photograph is described by its fine and its coarse word, and by no style', () => {
  expect([...shares('photograph', FINE_WORDS.indexOf('dog')).keys()]).toEqual(['photograph dog', 'photograph animal']);
  expect([...shares('photograph', FINE_WORDS.indexOf('ship')).keys()]).toEqual([
    'photograph ship',
    'photograph vehicle',
  ]);
});

test('a styled image is described with its style more often than without', () => {
  const of = shares('sketch', FINE_WORDS.indexOf('cat'));
  expect([...of.keys()].sort()).toEqual(['photograph animal', 'photograph cat', 'sketch animal', 'sketch cat']);
  expect(of.get('sketch cat')!).toBeGreaterThan(of.get('photograph cat')!);
});

test('the shares of every image add up to one', () => {
  for (const style of STYLES) {
    for (const fine of FINE_WORDS.keys()) {
      expect([...shares(style, fine).values()].reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
  }
});

test('four classes are vehicles', () => {
  expect(FINE_WORDS.filter((_, fine) => coarseOf(fine) === 1)).toEqual(['airplane', 'automobile', 'ship', 'truck']);
});

test('a sheet holds a caption for every style and word, which names both', () => {
  const sheet = captionSheet(randomStream(1, 'sheet').uniform);
  expect(sheet).toHaveLength(CAPTIONS_PER_STEP);
  const words = [...FINE_WORDS, ...COARSE_WORDS];
  sheet.forEach((caption, k) => {
    const style = STYLES[Math.floor(k / words.length)]!;
    const word = words[k % words.length]!;
    const fillings = TEMPLATES[style].flatMap((template) => [
      phrase(template, word, true),
      phrase(template, word, false),
    ]);
    expect(fillings).toContain(caption.replace(/\.$/, ''));
    expect(caption).toContain(word);
  });
});

test('articles follow grammar or CLIP’s prompt lists', () => {
  expect(phrase('a photo of a {}', 'airplane', true)).toBe('a photo of an airplane');
  expect(phrase('a photo of a {}', 'airplane', false)).toBe('a photo of a airplane');
  expect(phrase('a photo of a {}', 'dog', true)).toBe('a photo of a dog');
});
