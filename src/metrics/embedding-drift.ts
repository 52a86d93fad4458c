import { meanRow } from './intervals';
import type { Declaration } from './metric';
import { dot } from './vector';

/** How far the embeddings went from the reference's, 1 - cos, from 0 to 2. Ours. */
export const embeddingDrift: Declaration = {
  title: 'Embedding drift',
  description:
    "Mean of 1 - cos between the model's embedding and the reference's: of the images, and of the prompts of the classes.",
  keys: '`image`, `text`',
  direction: 'LOWER',
  needs: ['REFERENCE'],
  source: 'OURS',
  measure({ classes, labels, model, reference }) {
    if (!reference) throw new Error('internal: drift without a reference');
    const image = model.images.map((feature, i) => 1 - dot(feature, reference.images[i]!));
    const text = model.classifier.map((feature, c) => 1 - dot(feature, reference.classifier[c]!));
    return [
      ...meanRow('image', null, image),
      ...classes.flatMap((name, c) =>
        meanRow(
          'image',
          name,
          image.filter((_, i) => labels[i] === c),
        ),
      ),
      ...meanRow('text', null, text),
      ...classes.flatMap((name, c) => meanRow('text', name, [text[c]!])),
    ];
  },
};
