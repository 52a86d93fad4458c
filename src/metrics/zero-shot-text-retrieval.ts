import { rateRows, type Trial } from './intervals';
import type { Declaration } from './metric';
import { at, imagesOf } from './pairs';
import { rank } from './ranking';

/**
 * Zero-shot retrieval, CLIPErase section 4 (https://arxiv.org/abs/2410.23330), which reports "zero-shot retrieval accuracy" and
 * does not say how it is cut. Ours: from the prompt of a class as many images as the class has (R-precision, which is 1
 * exactly when all of them come first), and from an image the place of its own class's prompt (MRR).
 */
export const zeroShotTextRetrieval: Declaration = {
  title: 'Zero-shot text retrieval',
  description:
    'From the prompt of a class with n images, the share of the class among the n nearest images (R-precision); from an image, the mean of 1 / place of the prompt of its class among all class prompts (MRR).',
  keys: '`R-precision`, `MRR`',
  direction: 'HIGHER',
  needs: ['CLASS_LABELS'],
  source: '[CLIPErase](https://arxiv.org/abs/2410.23330), zero-shot retrieval; the cut at n and MRR are OURS',
  measure(of) {
    const { classes, model } = of;
    const images = imagesOf(of);
    const features = at(model.images, images.samples);
    const fromText = classes.flatMap((_, c): Trial[] => {
      const relevant = images.classes.map((own) => own.includes(c));
      const weight = relevant.filter(Boolean).length;
      if (weight === 0) return [];
      const value = rank(model.classifier[c]!, features, relevant).hitsAt(weight) / weight;
      return [{ value, weight, chance: weight / features.length, classes: [c] }];
    });
    const guessed = classes.reduce((sum, _, place) => sum + 1 / (place + 1), 0) / classes.length;
    const fromImage = features.flatMap((feature, i): Trial[] =>
      images.classes[i]!.map((own) => ({
        value: rank(
          feature,
          model.classifier,
          classes.map((_, c) => c === own),
        ).reciprocalRank(),
        chance: guessed,
        classes: [own],
      })),
    );
    return [...rateRows('R-precision', classes, fromText), ...rateRows('MRR', classes, fromImage)];
  },
};
