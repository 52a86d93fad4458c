import type { Evidence, FeatureAttack } from './attack';
import { aucRow } from './auc';
import { crossValidated } from './cross-validated';
import { heldOfForgotten } from './held';
import { linearSvc } from './linear-svc';
import { entropy, logConfidence, modifiedEntropy, probabilities } from './probabilities';

type Feature = (p: readonly number[], label: number) => number;

const FEATURES: Readonly<Record<string, readonly Feature[]>> = {
  confidence: [logConfidence],
  entropy: [entropy],
  modifiedEntropy: [modifiedEntropy],
  auc: [logConfidence, entropy, modifiedEntropy],
};

/** Membership inference by the confidence of the answer, Song and Mittal 2021, https://arxiv.org/abs/2003.10595 */
export const membershipInference: FeatureAttack = {
  title: 'Membership inference',
  description:
    'How well a linear support vector classifier tells the forget images from held-out images of the same classes by what the model answers: the area under its ROC curve on images that it did not learn from (five parts). By the confidence in the own class, the entropy, the modified entropy, and by all three (`auc`). 0.5 is guessing, and the best.',
  keys: Object.keys(FEATURES),
  interval: 'DeLong, of the scores as they are',
  needs: [],
  source:
    '[Song and Mittal](https://arxiv.org/abs/2003.10595) for the features; the classifier as in [SalUn](https://arxiv.org/abs/2310.12508), here of forget against held-out images, cross-validated (OURS)',
  measure(of) {
    const { seed, model, labels } = of;
    const held = heldOfForgotten(of);
    return Object.entries(FEATURES).map(([key, features]) => {
      const seen = (images: Evidence['model']['images']['forget'], own: readonly number[]) =>
        images.map((image, i) => {
          const p = probabilities(image, model);
          return features.map((feature) => feature(p, own[i]!));
        });
      const scores = crossValidated(
        seen(model.images.forget, labels.forget),
        seen(held.of(model.images.held), held.of(labels.held)),
        (samples, positive) => linearSvc(samples, positive, seed),
        seed,
      );
      return aucRow(key, scores.members, scores.others);
    });
  },
};
