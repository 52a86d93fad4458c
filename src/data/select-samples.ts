import { DataRefusal } from './data-refusal';
import type { DatasetIndex, Sample } from './sample';

/** Which samples of a dataset a set is made of: everything that any part names, less what `except` names. */
export interface Selector {
  readonly classes?: readonly string[];
  /** SHA-256 of the images, in hex. */
  readonly hashes?: readonly string[];
  /** Text that the caption contains; case does not matter. */
  readonly caption?: string;
  readonly except?: Selector;
}

/** The selected samples, in the dataset's order. A name that is not in the dataset is refused, not passed over. */
export function selectSamples(index: DatasetIndex, selector: Selector): Sample[] {
  const excluded = new Set(selector.except ? selectSamples(index, selector.except) : []);
  const chosen = named(index, selector).filter((sample) => !excluded.has(sample));
  if (chosen.length === 0) throw new DataRefusal('SELECTOR_EMPTY', 'The selector leaves no sample: widen it.');
  return chosen;
}

function named(index: DatasetIndex, { classes, hashes, caption }: Selector): Sample[] {
  if (!classes && !hashes && caption === undefined) return [...index.samples];
  for (const name of classes ?? []) {
    if (!index.classes.includes(name)) {
      throw new DataRefusal(
        'CLASS_UNKNOWN',
        `There is no class "${name}" here; the classes are ${index.classes.join(', ')}.`,
        name,
      );
    }
  }
  const known = new Set(index.samples.map((sample) => sample.hash));
  const unknown = hashes?.find((hash) => !known.has(hash.toLowerCase()));
  if (unknown !== undefined) throw new DataRefusal('SAMPLE_UNKNOWN', `The dataset has no sample ${unknown}.`, unknown);
  const wanted = {
    classes: new Set(classes),
    hashes: new Set(hashes?.map((hash) => hash.toLowerCase())),
    text: caption?.trim().toLowerCase(),
  };
  if (wanted.text === '') throw new DataRefusal('SELECTOR_EMPTY', 'The caption to look for is empty.');
  return index.samples.filter(
    ({ hash, label, caption: said }) =>
      (label !== null && wanted.classes.has(label)) ||
      wanted.hashes.has(hash) ||
      (wanted.text !== undefined && said?.toLowerCase().includes(wanted.text)),
  );
}
