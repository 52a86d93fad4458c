import {
  abs,
  add,
  defineMethod,
  l2norm,
  mean,
  noisedBatches,
  param,
  SMALL_SMOOTHING,
  SMOOTHING_STAGES,
  smooth,
  smoothing,
  sub,
  sum,
  type Tensor,
} from 'lethe/method';

const NORMS = ['1', '2'] as const;

/** Emb: pull the class's embeddings into its noise, and image and text apart, without dividing by how far the noise went. */
export default defineMethod({
  name: 'emb',
  version: '1.0.0',
  title: 'Emb (embedding baseline)',
  description:
    'The loop of lip with distances of embeddings alone: pulls image and text features to those of noised images, and away from each other.',
  paper: {
    title: 'Zero-Shot Class Unlearning in CLIP with Synthetic Samples (WACV 2025; its baseline Emb)',
    url: 'https://arxiv.org/abs/2407.07485',
  },
  sets: ['forget'],
  makes: ['forget'],
  params: {
    ...smoothing,
    norm: param.choice({ options: NORMS, default: '2', source: 'PAPER', about: 'Norm of the distances: L1 or L2.' }),
    alpha: param.number({
      symbol: 'alpha',
      default: 1,
      min: 0,
      max: 1000,
      source: 'OURS',
      about: 'Weight of the length of f(x) + g(t), which is least where the two are opposite.',
    }),
  },
  presets: SMALL_SMOOTHING,
  prompt: ({ prompt }) => prompt,
  stages: SMOOTHING_STAGES,
  run: (verbs) =>
    smooth(verbs, (context) => {
      const { draws, norm, alpha } = verbs.params;
      const { imageFeatures: f, textFeatures: g } = context.model(context.forget);
      const length = (x: Tensor) => (norm === '1' ? sum(abs(x), [-1]) : l2norm(x, -1));
      const distances = noisedBatches(context, context.forget, draws).map(({ features }) =>
        mean(add(length(sub(f, features)), length(sub(g, features)))),
      );
      return {
        smoothness: [1 / draws, distances.reduce((a, b) => add(a, b))],
        opposition: [alpha, mean(length(add(f, g)))],
      };
    }),
});
