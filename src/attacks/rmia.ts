import type { Embedded, FeatureAttack } from './attack';
import { aucRow } from './auc';
import { heldOfForgotten, heldOfKept } from './held';
import { logConfidence, probabilities } from './probabilities';

/** Robust membership inference, Zarifzadeh, Liu and Shokri 2024, https://arxiv.org/abs/2312.03262, offline with one reference model. */
export const rmia: FeatureAttack = {
  title: 'RMIA, offline',
  description:
    'How well the forget images are told from held-out images of the same classes by the share of other held-out images z for which Pr(x|model) / Pr(x|reference) is at least Pr(z|model) / Pr(z|reference): the area under the ROC curve. Pr is the probability of the own class. The reference is the retrained model where one is given; else the original, and then it asks whether the model changed its mind about the forget images more, or less, than about unseen images of their classes. 0.5 is best; far below it, too, the forget images are told apart.',
  keys: ['auc'],
  interval: 'DeLong',
  needs: [],
  source:
    "[RMIA](https://arxiv.org/abs/2312.03262), equations 1 to 3 with gamma 1 and one reference model, hence Pr(x) is the reference's; the original as a reference is OURS",
  measure(of) {
    const { model, reference, labels } = of;
    const [held, kept] = [heldOfForgotten(of), heldOfKept(of)];
    const ratios = (part: 'forget' | 'held') =>
      model.images[part].map(
        (_, i) => own(model, part, i, labels[part][i]!) - own(reference, part, i, labels[part][i]!),
      );
    const [forget, all] = [ratios('forget'), ratios('held')];
    const population = kept.of(all);
    const score = (x: number) => population.filter((z) => x >= z).length / population.length;
    return [aucRow('auc', forget.map(score), held.of(all).map(score))];
  },
};

const own = (model: Embedded, part: 'forget' | 'held', i: number, label: number) =>
  logConfidence(probabilities(model.images[part][i]!, model), label);
