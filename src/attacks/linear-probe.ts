import { wilson } from '../metrics';
import type { AttackRow, FeatureAttack } from './attack';
import { aucRow } from './auc';
import { heldOfForgotten, heldOfKept } from './held';
import { logisticRegression } from './logistic-regression';

/** Share of the kept images that may be taken for forgotten ones when `recall` is counted. */
const FALSE_ALARMS = 0.05;

/** Whether the image tower still tells what was to be forgotten, whatever the texts say: Lip, https://arxiv.org/abs/2407.07485, section 5.8. */
export const linearProbe: FeatureAttack = {
  title: 'Linear probe',
  description:
    'Logistic regression on the frozen image embeddings learns to tell the forget images from the retain images, and is asked about held-out images: the area under its ROC curve (`auc`), and the share of held-out images of the forgotten classes that it finds when 5 % of the others are taken for them (`recall`). A model that never saw a class can tell it from others, too: compare with the original, better with a retrained model.',
  keys: ['auc', 'recall'],
  interval: 'DeLong; Wilson for `recall`, the border being taken as given',
  needs: ['RETAIN_SET'],
  source:
    '[CLIP](https://arxiv.org/abs/2103.00020), section 3.2, for the probe; [Lip](https://arxiv.org/abs/2407.07485), section 5.8, for what it shows; forget against others, and `recall`, are OURS',
  measure(of) {
    const { images } = of.model;
    const decide = logisticRegression(
      [...images.forget, ...images.retain],
      [...images.forget.map(() => true), ...images.retain.map(() => false)],
    );
    const scores = images.held.map(decide);
    const [ours, others] = [heldOfForgotten(of).of(scores), heldOfKept(of).of(scores)];
    return [aucRow('auc', ours, others), recallRow(ours, others)];
  },
};

function recallRow(ours: readonly number[], others: readonly number[]): AttackRow {
  const highest = Float64Array.from(others).sort().reverse();
  const border = highest[Math.floor(FALSE_ALARMS * highest.length)]!;
  const found = ours.filter((score) => score > border).length;
  const { accuracy, low, high, total } = wilson(found, ours.length);
  return { key: 'recall', value: accuracy, lower: low, upper: high, count: total };
}
