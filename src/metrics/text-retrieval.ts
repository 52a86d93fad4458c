import { rateRows, type Trial } from './intervals';
import { CUTS, type Declaration } from './metric';
import { at, imagesOf } from './pairs';
import { foundByChance, rank } from './ranking';

/**
 * Captions from images, R@k, as on Flickr30K (Karpathy and Fei-Fei 2015, https://arxiv.org/abs/1412.2306, section 4.1; CLIPErase,
 * https://arxiv.org/abs/2410.23330). The candidates are the distinct captions; an image with several is a hit with any.
 */
export const textRetrieval: Declaration = {
  title: 'Text retrieval',
  description:
    'Share of the images for which a caption of theirs is among the k nearest of the distinct captions. Images without a caption have the prompt of their class.',
  keys: '`R@1`, `R@5`, `R@10`',
  direction: 'HIGHER',
  needs: ['CAPTIONS'],
  source:
    '[CLIPErase](https://arxiv.org/abs/2410.23330), after [Karpathy and Fei-Fei](https://arxiv.org/abs/1412.2306); prompts in place of captions are OURS',
  measure(of) {
    const { classes, model } = of;
    const images = imagesOf(of);
    const rows = [...new Set(of.captions)];
    const candidates = at(model.captions, rows);
    const queries = images.samples.map((sample, i) => {
      const relevant = rows.map((row) => images.captions[i]!.has(row));
      const ranking = rank(model.images[sample]!, candidates, relevant);
      return { ranking, relevant: relevant.filter(Boolean).length, classes: images.classes[i]! };
    });
    return CUTS.flatMap((k) => {
      const trials = queries.map(
        ({ ranking, relevant, classes }): Trial => ({
          value: ranking.foundAt(k),
          chance: foundByChance(candidates.length, relevant, k),
          classes,
        }),
      );
      return rateRows(`R@${k}`, classes, trials);
    });
  },
};
