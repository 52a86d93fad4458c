import { STYLES, type Style } from './styles';
import { COARSE_WORDS, coarseOf, FINE_WORDS } from './words';

/** The templates of each style; those of the photograph name no style and so are true of every image. */
export const TEMPLATES: Readonly<Record<Style, readonly string[]>> = {
  photograph: [
    'a photo of a {}',
    'a photo of the {}',
    'a picture of a {}',
    'a picture of the {}',
    'an image of a {}',
    'an image of the {}',
    'a photograph of a {}',
    'a good photo of a {}',
    'a bad photo of a {}',
    'a small photo of a {}',
    'a blurry photo of a {}',
    'a cropped photo of a {}',
    'a close-up of a {}',
    'a tiny picture of a {}',
    'a photo of one {}',
    'a photo of my {}',
    'this is a {}',
    'there is a {} here',
    'a {}',
    'the {}',
    '{}',
  ],
  greyscale: [
    'a greyscale photo of a {}',
    'a grayscale photo of a {}',
    'a grey photo of a {}',
    'a black and white photo of a {}',
    'a black and white picture of a {}',
    'a {} in black and white',
  ],
  posterised: [
    'a posterised picture of a {}',
    'a posterized photo of a {}',
    'a poster of a {}',
    'a picture of a {} in flat colours',
    'a flat colour image of a {}',
  ],
  sketch: [
    'a pencil sketch of a {}',
    'a sketch of a {}',
    'a pencil drawing of a {}',
    'a line drawing of a {}',
    'a {} drawn in pencil',
  ],
};

/** Every word with every style once: the captions of one step. */
export const CAPTIONS_PER_STEP = STYLES.length * (FINE_WORDS.length + COARSE_WORDS.length);

/** A caption drawn for an image says the fine word this often, and names the style of a styled image this often. */
const FINE_SHARE = 0.75;
const STYLE_NAMED_SHARE = 0.7;

/**
 * Fills a template. Half of the time "a" stays before a vowel, as in CLIP's own prompt lists, so that both spellings
 * are known at evaluation.
 */
export function phrase(template: string, word: string, grammatical: boolean): string {
  const article = grammatical && /^[aeiou]/.test(word) ? 'an {}' : 'a {}';
  return template.replace(/\ba \{\}/, article).replace('{}', word);
}

/**
 * The captions of a step, one for each (style, word), in a template drawn by `uniform`. Fine words come before
 * coarse ones within a style.
 */
export function captionSheet(uniform: () => number): string[] {
  return STYLES.flatMap((style) =>
    [...FINE_WORDS, ...COARSE_WORDS].map((word) => {
      const templates = TEMPLATES[style];
      const template = templates[Math.floor(uniform() * templates.length)]!;
      const caption = phrase(template, word, uniform() < 0.5);
      return uniform() < 0.5 ? `${caption}.` : caption;
    }),
  );
}

/**
 * The probability with which each caption of the sheet would be drawn for an image of a class in a style: zero for
 * what is not true of it. Sums to 1; written to `row`, of CAPTIONS_PER_STEP values.
 */
export function captionShares(style: Style, fine: number, row: Float32Array): void {
  const words = FINE_WORDS.length + COARSE_WORDS.length;
  const named = style === 'photograph' ? 0 : STYLE_NAMED_SHARE;
  const spread = (styleIndex: number, share: number) => {
    row[styleIndex * words + fine]! += share * FINE_SHARE;
    row[styleIndex * words + FINE_WORDS.length + coarseOf(fine)]! += share * (1 - FINE_SHARE);
  };
  row.fill(0);
  spread(0, 1 - named);
  if (named > 0) spread(STYLES.indexOf(style), named);
}
