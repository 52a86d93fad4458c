import { adamw, common, defineMethod, lossOf, param, trainingBy } from 'lethe/method';

/** Gradient ascent: climb the loss of the forget set until it is no longer recognised. */
export default defineMethod({
  name: 'grad-ascent',
  version: '1.0.0',
  title: 'Gradient ascent',
  description: 'Climbs the loss of the forget set. The simplest baseline: it needs no retain set and protects nothing.',
  paper: {
    title: 'Unrolling SGD: Understanding Factors Influencing Machine Unlearning (EuroS&P 2022)',
    url: 'https://arxiv.org/abs/2109.13398',
  },
  sets: ['forget'],
  params: {
    loss: common.loss,
    ...common.adamw,
    validation: common.validation(0.3),
    threshold: param.number({
      default: 0.05,
      min: 0,
      max: 1,
      source: 'OURS',
      about: 'Stop when the held-out forget accuracy is at most this: going on only harms the rest.',
    }),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need larger steps',
      values: { learningRate: 2e-5 },
    },
  },
  prompt: ({ prompt }) => prompt,
  training: (params) => ({
    ...trainingBy(adamw({ weightDecay: params.weightDecay }), params),
    until: ({ forget = 1 }) => forget <= params.threshold,
  }),
  objective: ({ model, forget, params: { loss } }) => ({
    forgetting: [-1, lossOf(loss, model(forget))],
  }),
});
