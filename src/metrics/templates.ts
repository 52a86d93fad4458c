import type { Declaration } from './metric';
import { accuracyRows, zeroShotHits } from './zero-shot';

/** The paper does not name the templates it changed to: these are ours, in words that captions of photographs have. */
export const CHANGED_TEMPLATES = ['a picture of a {}', 'an image of a {}', 'a close-up photo of the {}'] as const;

/** What is forgotten under the prompt of the training must be forgotten under others, Lip, https://arxiv.org/abs/2407.07485 */
export const templates: Declaration = {
  title: 'Zero-shot prediction under changed templates',
  description:
    'Zero-shot accuracy with each of three other templates alone, whatever templates the evaluation was given.',
  keys: CHANGED_TEMPLATES.map((template) => `\`${template}\``).join(', '),
  direction: 'HIGHER',
  needs: ['CLASS_LABELS'],
  source: '[Lip](https://arxiv.org/abs/2407.07485); it names no templates: the three are OURS',
  templates: CHANGED_TEMPLATES,
  measure: ({ classes, labels, model }) =>
    CHANGED_TEMPLATES.flatMap((template) =>
      accuracyRows(template, classes, labels, zeroShotHits(model.images, labels, model.byTemplate.get(template)!)),
    ),
};
