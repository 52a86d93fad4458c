import { phrase, TEMPLATES } from '../pretrain/caption-sheet';
import { COARSE_WORDS, coarseOf, FINE_WORDS } from '../pretrain/words';

/** "animal" or "vehicle". */
export function coarseWord(name: string): (typeof COARSE_WORDS)[number] {
  const fine = (FINE_WORDS as readonly string[]).indexOf(name);
  if (fine < 0) throw new Error(`there is no class "${name}"; the classes are ${FINE_WORDS.join(', ')}`);
  return COARSE_WORDS[coarseOf(fine)]!;
}

/** "a photo of an animal". */
export const coarseCaption = (name: string): string => phrase(TEMPLATES.photograph[0]!, coarseWord(name), true);
