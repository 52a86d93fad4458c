import { rateRows, type Trial } from './intervals';
import { CUTS, type Declaration } from './metric';
import { at, imagesOf } from './pairs';
import { rank } from './ranking';

/**
 * Image-from-image retrieval, IFI of the Lip paper, https://arxiv.org/abs/2407.07485, section 5: no text is asked, so it shows what
 * the image encoder still knows of a class whose name it has lost.
 */
export const imageFromImage: Declaration = {
  title: 'Images from images',
  description:
    'From an image, the share of its class among the k nearest other images (precision@k), the mean over images. Where there are fewer than k others, k is their number.',
  keys: '`P@1`, `P@5`, `P@10`',
  direction: 'HIGHER',
  needs: ['CLASS_LABELS'],
  source: '[Lip](https://arxiv.org/abs/2407.07485), retrieval IFI; every image is a query once (OURS)',
  measure(of) {
    const { classes, model } = of;
    const images = imagesOf(of);
    const features = at(model.images, images.samples);
    const members = classes.map((_, c) => images.classes.map((own) => own.includes(c)));
    const queries = features.flatMap((feature, i) => {
      const others = features.toSpliced(i, 1);
      return images.classes[i]!.map((c) => {
        const relevant = members[c]!.toSpliced(i, 1);
        const ranking = rank(feature, others, relevant);
        const hits = CUTS.map((k) => (others.length > 0 ? ranking.hitsAt(k) / Math.min(k, others.length) : 0));
        const chance = relevant.filter(Boolean).length / others.length;
        return { size: others.length, hits, chance, classes: [c] };
      });
    });
    const asked = queries.filter(({ size }) => size > 0);
    return CUTS.flatMap((k, cut) =>
      rateRows(
        `P@${k}`,
        classes,
        asked.map(({ hits, chance, classes }): Trial => ({ value: hits[cut]!, chance, classes })),
      ),
    );
  },
};
