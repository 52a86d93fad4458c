import { rateRows, type Trial } from './intervals';
import { CUTS, type Declaration } from './metric';
import { at, imagesOf } from './pairs';
import { foundByChance, rank } from './ranking';

/**
 * Images from captions, R@k, as on Flickr30K (Karpathy and Fei-Fei 2015, https://arxiv.org/abs/1412.2306, section 4.1; CLIPErase,
 * https://arxiv.org/abs/2410.23330). A caption that several images share, as the prompt of a class does, is found when
 * any of them is.
 */
export const imageRetrieval: Declaration = {
  title: 'Image retrieval',
  description:
    'Share of the distinct captions for which an image with that caption is among the k nearest images. Images without a caption have the prompt of their class, and a hit is any image of the same caption.',
  keys: '`R@1`, `R@5`, `R@10`',
  direction: 'HIGHER',
  needs: ['CAPTIONS'],
  source:
    '[CLIPErase](https://arxiv.org/abs/2410.23330), after [Karpathy and Fei-Fei](https://arxiv.org/abs/1412.2306); prompts in place of captions, and any image of the caption as a hit, are OURS',
  measure(of) {
    const { classes, model } = of;
    const images = imagesOf(of);
    const features = at(model.images, images.samples);
    const queries = [...new Set(of.captions)].map((caption) => {
      const relevant = images.captions.map((own) => own.has(caption));
      const shown = images.classes.filter((_, i) => relevant[i]).flat();
      const ranking = rank(model.captions[caption]!, features, relevant);
      return { ranking, relevant: relevant.filter(Boolean).length, classes: [...new Set(shown)] };
    });
    return CUTS.flatMap((k) => {
      const trials = queries.map(
        ({ ranking, relevant, classes }): Trial => ({
          value: ranking.foundAt(k),
          chance: foundByChance(features.length, relevant, k),
          classes,
        }),
      );
      return rateRows(`R@${k}`, classes, trials);
    });
  },
};
