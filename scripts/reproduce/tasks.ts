import { STYLES, type Style } from '../pretrain/styles';
import { FINE_WORDS } from '../pretrain/words';
import { ALL, cut, ofGroup, ofOtherGroup, without } from './cuts';
import type { Part, Probe, Reading, Task, View } from './definition';
import { coarseWord } from './words';

/** Forget classes, as their prompts name them, and measure this on the photographs of all; animals and vehicles are the datasets. */
export function classes(names: readonly string[], metrics: View['metrics']): Task {
  const view: View = { name: 'photographs', images: cut(FINE_WORDS, 'fine'), metrics };
  const probe = (some: readonly string[]): Probe => ({
    view: view.name,
    metric: 'ZERO_SHOT',
    key: 'accuracy',
    classes: some,
  });
  const sets = { forget: cut(names, 'fine'), retain: cut(without(names), 'fine') };
  return {
    name: names.join(' + '),
    parts: [{ forgotten: names, words: 'fine', sets }],
    views: [view],
    readings: { default: groups(names, probe) },
  };
}

/** Of the group of the first class and of the other one, what is to stay. */
function groups(names: readonly string[], probe: (some: readonly string[]) => Probe): Reading {
  const word = coarseWord(names[0]!);
  const rest = without(names, ofOtherGroup(word));
  return {
    target: probe(names),
    own: { title: 'own group', probe: probe(without(names, ofGroup(word))) },
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
