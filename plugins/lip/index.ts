import {
  abs,
  add,
  defineMethod,
  div,
  l2norm,
  mul,
  noisedBatches,
  SMALL_SMOOTHING,
  SMOOTHING_STAGES,
  smooth,
  smoothing,
  sub,
  sum,
} from 'lethe/method';

/** Lip: make both encoders insensitive to noise around the class, without an image of it. */
export default defineMethod({
  name: 'lip',
  version: '1.0.0',
  title: 'Lip (zero-shot class unlearning)',
  description:
    'Smooths image and text features around forget images, which it makes itself from the class name, by Lipschitz regularisation of the most affected layers.',
  paper: {
    title: 'Zero-Shot Class Unlearning in CLIP with Synthetic Samples (WACV 2025)',
    url: 'https://arxiv.org/abs/2407.07485',
  },
  sets: ['forget'],
  makes: ['forget'],
  params: smoothing,
  presets: SMALL_SMOOTHING,
  prompt: ({ prompt }) => prompt,
  stages: SMOOTHING_STAGES,
  run: (verbs) =>
    smooth(verbs, (context) => {
      const { imageFeatures: f, textFeatures: g } = context.model(context.forget);
      const { draws } = verbs.params;
      const constants = noisedBatches(context, context.forget, draws).map(({ features, distance }) => {
        const moved = add(l2norm(sub(g, features), -1), l2norm(sub(f, features), -1));
        return abs(sum(div(moved, mul(2, distance))));
      });
      return { lipschitz: [1 / (2 * draws), constants.reduce((a, b) => add(a, b))] };
    }),
});
