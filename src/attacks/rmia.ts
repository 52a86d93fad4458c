import type { Embedded, FeatureAttack, PartName } from './attack';
import { aucRow } from './auc';
import { heldOfForgotten, heldOfKept } from './held';
import { probabilities } from './probabilities';

/**
 * How sure of an image models are that were trained on it, given how sure those are that were not: Pr_in = a Pr_out + (1 - a).
 * 0.3 is the default of the authors' own tool, ML Privacy Meter (modules/mia/attacks/rmia.py).
 */
const OFFLINE_A = 0.3;

/** Robust membership inference, Zarifzadeh, Liu and Shokri 2024, https://arxiv.org/abs/2312.03262, offline. */
export const rmia: FeatureAttack = {
  title: 'RMIA, offline',
  description:
    'How well the forget images are told from held-out images of the same classes by the share of held-out images z of other classes for which Pr(x|model) / Pr(x) is at least Pr(z|model) / Pr(z): the area under the ROC curve. Pr(x|model) is the probability of the own class; Pr(x) is ((1 + a) q + (1 - a)) / 2, where q is its mean over models that were not trained on the forget images, and a is 0.3. 0.5 is best; far below it, too, the forget images are told apart.',
  keys: ['auc'],
  interval: 'DeLong',
  needs: ['REFERENCES'],
  source:
    "[RMIA](https://arxiv.org/abs/2312.03262) with gamma 1; a is the default of the authors' [ML Privacy Meter](https://github.com/privacytrustlab/ml_privacy_meter); z of other classes alone is OURS, because the others are what is attacked",
  measure(of) {
    const { model, references, labels } = of;
    const surely = (part: PartName, asked: Embedded) =>
      asked.images[part].map((image, i) => probabilities(image, asked)[labels[part][i]!]!);
    const ratios = (part: PartName) =>
      relativeLikelihoods(
        surely(part, model),
        references.map((each) => surely(part, each)),
        OFFLINE_A,
      );
    const all = ratios('held');
    const population = heldOfKept(of).of(all);
    return [aucRow('auc', scores(ratios('forget'), population), scores(heldOfForgotten(of).of(all), population))];
  },
};

/** Pr(x|model) / Pr(x) of each image. @param out probabilities by each model that was not trained on it */
export function relativeLikelihoods(own: readonly number[], out: readonly (readonly number[])[], a: number): number[] {
  if (out.length === 0) throw new RangeError('rmia: no reference model');
  return own.map((p, i) => {
    const mean = out.reduce((sum, each) => sum + each[i]!, 0) / out.length;
    return p / (((1 + a) * mean + (1 - a)) / 2);
  });
}

/** Of each ratio the share of the population's that it is at least as large as. */
export const scores = (ratios: readonly number[], population: readonly number[]): number[] =>
  ratios.map((x) => population.filter((z) => x >= z).length / population.length);
