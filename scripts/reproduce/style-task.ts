import { STYLES, type Style } from '../pretrain/styles';
import { FINE_WORDS } from '../pretrain/words';
import { ALL, cut } from './cuts';
import type { Task, View } from './definition';

const STYLE_VIEWS: readonly View[] = STYLES.map((style) => ({
  name: `fine ${style}`,
  images: cut(FINE_WORDS, 'fine', { style, count: ALL / 2 }),
  metrics: ['ZERO_SHOT'],
}));

/** Forget all classes in one style and keep the photographs; the captions say nothing of styles. */
export function styleOf(style: Style): Task {
  const dataset = (each: Style) => ({
    title: each,
    probe: { view: `fine ${each}`, metric: 'ZERO_SHOT', key: 'accuracy', classes: FINE_WORDS } as const,
  });
  const sets = {
    forget: cut(FINE_WORDS, 'fine', { style, count: 30 }),
    retain: cut(FINE_WORDS, 'fine', { count: 60 }),
    calibration: cut(FINE_WORDS, 'fine', { from: 60, count: 40 }),
  };
  return {
    name: style,
    parts: [{ forgotten: FINE_WORDS, words: 'fine', sets }],
    views: STYLE_VIEWS,
    readings: {
      default: {
        target: dataset(style).probe,
        own: dataset('photograph'),
        others: STYLES.filter((each) => each !== 'photograph' && each !== style).map(dataset),
      },
    },
  };
}
