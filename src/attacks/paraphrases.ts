import { wilson, zeroShotHits } from '../metrics';
import type { AttackRow, FeatureAttack } from './attack';
import { heldOfForgotten } from './held';

/** The usual prompt, three of the metric TEMPLATES, and three of the seven of CLIP's notebook on prompt engineering. */
export const TEMPLATES = [
  'a photo of a {}',
  'a picture of a {}',
  'an image of a {}',
  'a close-up photo of the {}',
  'itap of a {}',
  'a bad photo of the {}',
  'a photo of the small {}',
] as const;

/** What is forgotten under one prompt must be forgotten under others, Lip, https://arxiv.org/abs/2407.07485 */
export const paraphrases: FeatureAttack = {
  title: 'Prompt paraphrases',
  description:
    'Zero-shot accuracy on held-out images of the forgotten classes, among all classes, under each of seven prompts alone; `largest` is that of the prompt under which most comes back.',
  keys: ['largest', ...TEMPLATES],
  interval: "Wilson; that of `largest` is its prompt's, hence rather too high than too low",
  needs: [],
  source:
    "[Lip](https://arxiv.org/abs/2407.07485) changes templates without naming them; the last three are of [CLIP's notebook](https://github.com/openai/CLIP/blob/main/notebooks/Prompt_Engineering_for_ImageNet.ipynb), the others OURS",
  measure(of) {
    const held = heldOfForgotten(of);
    const [images, labels] = [held.of(of.model.images.held), held.of(of.labels.held)];
    const rows = TEMPLATES.map((template): AttackRow => {
      const hits = zeroShotHits(images, labels, of.model.byTemplate.get(template)!);
      const { accuracy, low, high, total } = wilson(hits.filter(Boolean).length, hits.length);
      return { key: template, value: accuracy, lower: low, upper: high, count: total };
    });
    const largest = rows.reduce((most, row) => (row.value > most.value ? row : most));
    return [{ ...largest, key: 'largest' }, ...rows];
  },
};
