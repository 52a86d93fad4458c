import { rateRows } from './intervals';
import type { Declaration, MetricRow } from './metric';
import { nearest } from './vector';

/**
 * For each sample whether the prompt nearest to its image, of all classes', is its own class's. Of equally near prompts the
 * first class has it. False for a sample without a class.
 */
export function zeroShotHits(
  images: readonly Float32Array[],
  labels: readonly number[],
  classifier: readonly Float32Array[],
): boolean[] {
  return images.map((image, i) => labels[i]! >= 0 && nearest(image, classifier) === labels[i]);
}

/** Accuracy of a classifier, over all samples that have a class and for each class. */
export function accuracyRows(
  key: string,
  classes: readonly string[],
  labels: readonly number[],
  hits: readonly boolean[],
): MetricRow[] {
  const labelled = [...labels.keys()].filter((i) => labels[i]! >= 0);
  const chance = 1 / classes.length;
  return rateRows(
    key,
    classes,
    labelled.map((i) => ({ value: Number(hits[i]), chance, classes: [labels[i]!] })),
  );
}

/** Zero-shot prediction, Radford et al. 2021, https://arxiv.org/abs/2103.00020 */
export const zeroShot: Declaration = {
  title: 'Zero-shot prediction',
  description:
    'Share of the images whose nearest class prompt is that of their own class. Of several templates the mean direction is the prompt (ensemble).',
  keys: '`accuracy`',
  direction: 'HIGHER',
  needs: ['CLASS_LABELS'],
  source: '[CLIP](https://arxiv.org/abs/2103.00020), sections 3.1.2 and 3.1.4',
  measure: ({ classes, labels, model }) =>
    accuracyRows('accuracy', classes, labels, zeroShotHits(model.images, labels, model.classifier)),
};
