import { rateRows, type Trial } from './intervals';
import { CUTS, type Declaration } from './metric';
import { at, imagesOf } from './pairs';
import { rank } from './ranking';

/** Image-from-text retrieval, IFT of the Lip paper, https://arxiv.org/abs/2407.07485, section 5 */
export const imageFromText: Declaration = {
  title: 'Images from text',
  description:
    'From the prompt of a class, the share of the class among the k nearest images (precision@k). Where there are fewer than k images, k is their number.',
  keys: '`P@1`, `P@5`, `P@10`',
  direction: 'HIGHER',
  needs: ['CLASS_LABELS'],
  source: '[Lip](https://arxiv.org/abs/2407.07485), retrieval IFT; its interval over retrieved images is OURS',
  measure(of) {
    const { classes, model } = of;
    const images = imagesOf(of);
    const features = at(model.images, images.samples);
    const queries = classes.flatMap((_, c) => {
      const relevant = images.classes.map((own) => own.includes(c));
      const own = relevant.filter(Boolean).length;
      return own === 0 ? [] : [{ ranking: rank(model.classifier[c]!, features, relevant), own, classes: [c] }];
    });
    return CUTS.flatMap((k) => {
      const trials = queries.map(({ ranking, own, classes }): Trial => {
        const weight = Math.min(k, ranking.size);
        return { value: ranking.hitsAt(k) / weight, weight, chance: own / ranking.size, classes };
      });
      return rateRows(`P@${k}`, classes, trials);
    });
  },
};
