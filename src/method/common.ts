import { LOSSES } from './losses';
import { param, type Source } from './param';
import { PARTS, type Part } from './trainable';

/** Hyper-parameters that mean the same in every method that has them: taken into a method's `params`, they are declared once. */
export const common = {
  prompt: param.text({
    default: 'a photo of a {}',
    source: 'OURS',
    about: 'The prompt of a class: caption of an image that has only a class, and zero-shot classifier.',
  }),

  maxLogitScale: param.number({
    default: Math.log(100),
    above: 0,
    max: 10,
    source: 'CODE',
    about: 'Upper bound of the logit scale (its logarithm), as every CLIP is trained with; the lower one is 0.',
  }),

  loss: param.choice({
    options: LOSSES,
    default: 'zero-shot',
    source: 'OURS',
    about:
      "How well a set is known: the classes' zero-shot cross entropy, or CLIP's contrastive loss, which says nothing when all captions of a batch are the same.",
  }),

  part: (fallback: Part, source: Source = 'OURS') =>
    param.choice({ options: PARTS, default: fallback, source, about: 'The weights that move.' }),
};
