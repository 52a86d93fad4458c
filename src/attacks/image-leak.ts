import { wilson } from '../metrics';
import { rank } from '../metrics/ranking';
import type { FeatureAttack } from './attack';

const CUTS = [1, 10] as const;

/** Image-from-image retrieval of what was to be forgotten, IFI of the Lip paper, https://arxiv.org/abs/2407.07485, section 5. */
export const imageLeak: FeatureAttack = {
  title: 'Images from forgotten images',
  description:
    'From each forget image, the share of its class among the k nearest held-out images (precision@k), the mean over forget images. No text is asked: it shows whether images of the class still lie together.',
  keys: CUTS.map((k) => `P@${k}`),
  interval: 'Wilson, of one trial for each forget image; a share varies by no more than p(1 - p)',
  needs: [],
  source: '[Lip](https://arxiv.org/abs/2407.07485), retrieval IFI; the held-out images as a gallery are OURS',
  measure({ model, labels }) {
    const gallery = model.images.held;
    const rankings = model.images.forget.map((image, i) =>
      rank(
        image,
        gallery,
        labels.held.map((label) => label === labels.forget[i]),
      ),
    );
    return CUTS.map((k) => {
      const shares = rankings.map((ranking) => ranking.hitsAt(k) / Math.min(k, gallery.length));
      const sum = shares.reduce((all, share) => all + share, 0);
      const { accuracy, low, high, total } = wilson(Math.min(sum, shares.length), shares.length);
      return { key: `P@${k}`, value: accuracy, lower: low, upper: high, count: total };
    });
  },
};
