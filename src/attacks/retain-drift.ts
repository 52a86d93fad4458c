import { dot, wilson, zeroShotHits } from '../metrics';
import { meanRow } from '../metrics/intervals';
import type { FeatureAttack } from './attack';
import { heldOfKept } from './held';

/** What forgetting did to the rest: nothing is forgotten well by a model that forgot everything. */
export const retainDrift: FeatureAttack = {
  title: 'Retain drift',
  description:
    "On held-out images of the kept classes: the mean cosine between the model's embedding and the original's (`cosine`), and zero-shot accuracy among all classes (`accuracy`). A retrained model may have another space altogether: its cosine says nothing.",
  keys: ['cosine', 'accuracy'],
  interval: 'normal for `cosine`, Wilson for `accuracy`',
  needs: [],
  source: 'OURS',
  measure(of) {
    const { model, original } = of;
    const kept = heldOfKept(of);
    const images = kept.of(model.images.held);
    const before = kept.of(original.images.held);
    const [row] = meanRow(
      'cosine',
      null,
      images.map((image, i) => dot(image, before[i]!)),
    );
    const { value, lower, upper, count } = row!;
    const hits = zeroShotHits(images, kept.of(of.labels.held), model.classifier);
    const { accuracy, low, high, total } = wilson(hits.filter(Boolean).length, hits.length);
    return [
      { key: 'cosine', value, lower: lower ?? value, upper: upper ?? value, count },
      { key: 'accuracy', value: accuracy, lower: low, upper: high, count: total },
    ];
  },
};
