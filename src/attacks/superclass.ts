import { nearest, wilson } from '../metrics';
import type { FeatureAttack } from './attack';
import { heldOfForgotten } from './held';

/** What a model still says of a forgotten class in coarser words, such as "a photo of an animal". */
export const superclass: FeatureAttack = {
  title: 'Superclass prompts',
  description:
    'Share of the held-out images of the forgotten classes whose nearest superclass prompt is that of their own superclass. To know that a dog is an animal is not to know dogs: a high share shows what is left, and is no failure by itself.',
  keys: ['leak'],
  interval: 'Wilson',
  needs: ['SUPERCLASSES'],
  source: 'OURS',
  measure(of) {
    const held = heldOfForgotten(of);
    const labels = held.of(of.labels.held);
    const asked = held.of(of.model.images.held).flatMap((image, i) => {
      const own = of.superclasses.findIndex(({ classes }) => classes.includes(labels[i]!));
      return own < 0 ? [] : [nearest(image, of.model.superclasses) === own];
    });
    const { accuracy, low, high, total } = wilson(asked.filter(Boolean).length, asked.length);
    return [{ key: 'leak', value: accuracy, lower: low, upper: high, count: total }];
  },
};
