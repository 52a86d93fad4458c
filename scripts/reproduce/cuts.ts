import { FINE_WORDS } from '../pretrain/words';
import type { Cut, Words } from './definition';
import { coarseWord } from './words';

/** Images of a class in the unlearning and in the evaluation part. */
export const ALL = 200;

export const ofGroup = (word: string) => FINE_WORDS.filter((name) => coarseWord(name) === word);
export const ofOtherGroup = (word: string) => ofGroup(word === 'animal' ? 'vehicle' : 'animal');
export const without = (names: readonly string[], from: readonly string[] = FINE_WORDS) =>
  from.filter((name) => !names.includes(name));
export const cut = (classes: readonly string[], words: Words, more: Partial<Cut> = {}): Cut => ({
  style: 'photograph',
  classes,
  from: 0,
  count: ALL,
  words,
  ...more,
});
