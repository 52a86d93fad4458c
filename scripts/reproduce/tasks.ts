import type { MetricName } from '../../src/metrics';
import { STYLES, type Style } from '../pretrain/styles';
import { FINE_WORDS } from '../pretrain/words';
import type { Cut, Part, Probe, Reading, Task, View, Words } from './definition';
import { coarseWord } from './words';

/** Images of a class in the unlearning and in the evaluation part. */
const ALL = 200;

const of = (word: string) => FINE_WORDS.filter((name) => coarseWord(name) === word);
const others = (word: string) => of(word === 'animal' ? 'vehicle' : 'animal');
const without = (names: readonly string[], from: readonly string[] = FINE_WORDS) =>
  from.filter((name) => !names.includes(name));
const cut = (classes: readonly string[], words: Words, more: Partial<Cut> = {}): Cut => ({
  style: 'photograph',
  classes,
  from: 0,
  count: ALL,
  words,
  ...more,
});

/** Measured on the photographs of all classes under their own prompts. */
const FINE: readonly MetricName[] = [
  'ZERO_SHOT',
  'TEMPLATES',
  'ZERO_SHOT_TEXT_RETRIEVAL',
  'IMAGE_RETRIEVAL',
  'TEXT_RETRIEVAL',
];
export const FINE_VIEW: View = { name: 'photographs', images: cut(FINE_WORDS, 'fine'), metrics: FINE };

/** Forget classes, as their prompts name them; animals and vehicles are the datasets. */
export function classes(...names: string[]): Task {
  const probe = (some: readonly string[]): Probe => ({
    view: FINE_VIEW.name,
    metric: 'ZERO_SHOT',
    key: 'accuracy',
    classes: some,
  });
  const sets = { forget: cut(names, 'fine'), retain: cut(without(names), 'fine') };
  return {
    name: names.join(' + '),
    parts: [{ forgotten: names, words: 'fine', sets }],
    views: [FINE_VIEW],
    readings: { default: groups(names, probe) },
  };
}

/** Of the group of the first class and of the other one, what is to stay. */
function groups(names: readonly string[], probe: (some: readonly string[]) => Probe): Reading {
  const word = coarseWord(names[0]!);
  const rest = without(names, others(word));
  return {
    target: probe(names),
    own: { title: 'own group', probe: probe(without(names, of(word))) },
    others: rest.length > 0 ? [{ title: 'other group', probe: probe(rest) }] : [],
  };
}

/** Styled images are a quarter as many, because three styles are measured. */
const COARSE_VIEWS: readonly View[] = STYLES.map((style) => ({
  name: `coarse ${style}`,
  images: cut(FINE_WORDS, 'coarse', { style, count: style === 'photograph' ? ALL : ALL / 4 }),
  // The candidates are the two captions, and the answer is given for each fine class: coarse zero-shot accuracy by subgroup.
  metrics: style === 'photograph' ? ['TEXT_RETRIEVAL', 'ZERO_SHOT'] : ['TEXT_RETRIEVAL'],
}));

const coarse =
  (style: Style) =>
  (some: readonly string[]): Probe => ({
    view: `coarse ${style}`,
    metric: 'TEXT_RETRIEVAL',
    key: 'R@1',
    classes: some,
  });

const subgroupPart = (name: string): Part => ({
  forgotten: [coarseWord(name)],
  words: 'coarse',
  sets: {
    forget: cut([name], 'coarse'),
    retain: cut(without([name]), 'coarse', { count: 60 }),
    calibration: cut(without([name]), 'coarse', { from: 60, count: 40 }),
  },
});

/**
 * Forget one fine class among images whose captions say "animal" or "vehicle" alone. Several names are forgotten in a run
 * each, and the checkpoints averaged. Knowing the fine words of the others is a dataset of its own.
 */
export function subgroup(...names: string[]): Task {
  const reading = (style: Style): Reading => groups(names, coarse(style));
  const fine = {
    title: 'fine words',
    probe: { view: 'coarse photograph', metric: 'ZERO_SHOT', key: 'accuracy', classes: without(names) },
  } as const;
  const { target, own, others: other } = reading('photograph');
  return {
    name: names.join(' and '),
    parts: names.map(subgroupPart),
    views: COARSE_VIEWS,
    readings: {
      default: { target, own, others: [...other, fine] },
      ...Object.fromEntries(STYLES.map((style) => [style, reading(style)])),
    },
  };
}

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
