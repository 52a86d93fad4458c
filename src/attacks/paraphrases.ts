import { wilson, zeroShotHits } from '../metrics';
import type { AttackRow, Evidence, FeatureAttack } from './attack';
import { heldOfForgotten, heldOfKept, type Some } from './held';

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

/** Of the accuracy on kept classes under the best prompt, the share under which a prompt counts as understood. */
const UNDERSTOOD = 0.9;

/** What is forgotten under one prompt must be forgotten under others, Lip, https://arxiv.org/abs/2407.07485 */
export const paraphrases: FeatureAttack = {
  title: 'Prompt paraphrases',
  description:
    'Zero-shot accuracy on held-out images of the forgotten classes, among all classes, under each of seven prompts alone; `largest` is that of the prompt under which most comes back. Prompts that the model does not understand do not count for it: those under which it has less than nine tenths of the accuracy on kept classes that it has under its best prompt.',
  keys: ['largest', ...TEMPLATES],
  interval: "Wilson; that of `largest` is its prompt's, hence rather too high than too low",
  needs: [],
  source:
    "[Lip](https://arxiv.org/abs/2407.07485) changes templates without naming them; the last three are of [CLIP's notebook](https://github.com/openai/CLIP/blob/main/notebooks/Prompt_Engineering_for_ImageNet.ipynb), the others and what counts as understood OURS",
  measure(of) {
    const rows = TEMPLATES.map((template) => ({
      kept: accuracyRow(template, heldOfKept(of), of).value,
      row: accuracyRow(template, heldOfForgotten(of), of),
    }));
    const best = Math.max(...rows.map(({ kept }) => kept));
    const understood = rows.filter(({ kept }) => kept >= UNDERSTOOD * best).map(({ row }) => row);
    const largest = understood.reduce((most, row) => (row.value > most.value ? row : most));
    return [{ ...largest, key: 'largest' }, ...rows.map(({ row }) => row)];
  },
};

function accuracyRow(template: string, some: Some, { model, labels }: Evidence): AttackRow {
  const hits = zeroShotHits(some.of(model.images.held), some.of(labels.held), model.byTemplate.get(template)!);
  const { accuracy, low, high, total } = wilson(hits.filter(Boolean).length, hits.length);
  return { key: template, value: accuracy, lower: low, upper: high, count: total };
}
