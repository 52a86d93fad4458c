import { adamw, common, defineMethod, lossOf, param, trainable } from 'lethe/method';

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
    learningRate: param.number({
      default: 1e-6,
      above: 0,
      max: 1,
      source: 'CODE',
      about: "AdamW's learning rate; released code for CLIP calls 1e-5 too large.",
    }),
    weightDecay: param.number({ default: 0.1, min: 0, max: 1, source: 'CODE', about: 'Decoupled weight decay.' }),
    batchSize: param.integer({
      default: 32,
      min: 2,
      max: 4096,
      source: 'CODE',
      about: 'Forget samples in one step.',
    }),
    epochs: param.integer({ default: 10, min: 1, max: 1000, source: 'CODE', about: 'At most this many passes.' }),
    validation: param.number({
      default: 0.3,
      min: 0,
      max: 0.9,
      source: 'OURS',
      about: 'Fraction of the forget set held out to see when to stop; 0 runs all epochs.',
    }),
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
  training: ({ learningRate, weightDecay, batchSize, epochs, validation, threshold, maxLogitScale, part }) => ({
    optimiser: adamw({ weightDecay }),
    learningRate,
    batchSize,
    epochs,
    validation,
    until: ({ forget = 1 }) => forget <= threshold,
    trainable: trainable(part),
    logitScaleRange: [0, maxLogitScale],
  }),
  objective: ({ model, forget, params: { loss } }) => ({
    forgetting: [-1, lossOf(loss, model(forget))],
  }),
});
