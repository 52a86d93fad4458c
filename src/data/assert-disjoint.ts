import { DataRefusal } from './data-refusal';
import type { Sample } from './sample';

/** Samples, or class names alone when a method makes its own images (zero-shot). */
export interface SampleSet {
  readonly samples: readonly Pick<Sample, 'hash' | 'name' | 'label'>[];
  readonly classes?: readonly string[];
}

/**
 * A forget set and what is used beside it share no image (by content, across datasets) and no class that is
 * forgotten by name. Throws DataRefusal SETS_OVERLAP naming the first of them.
 */
export function assertDisjoint(forget: SampleSet, other: SampleSet, role = 'retain'): void {
  const forgotten = new Set(forget.samples.map((sample) => sample.hash));
  const shared = other.samples.filter((sample) => forgotten.has(sample.hash));
  if (shared.length > 0) {
    const message = `${shared.length} image(s) are in the forget set and in the ${role} set, the first is "${shared[0]?.name}".`;
    throw new DataRefusal('SETS_OVERLAP', `${message} Exclude them from one.`, shared[0]?.name);
  }
  const names = new Set(forget.classes);
  const overlap =
    other.classes?.find((name) => names.has(name)) ??
    other.samples.find(({ label }) => label !== null && names.has(label))?.label;
  if (overlap) {
    throw new DataRefusal(
      'SETS_OVERLAP',
      `The class "${overlap}" is to be forgotten and is in the ${role} set.`,
      overlap,
    );
  }
}
