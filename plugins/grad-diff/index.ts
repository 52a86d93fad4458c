import { adamw, common, contrastiveLoss, defineMethod, lossOf, param, trainable } from 'lethe/method';

/** Gradient difference: climb the loss of the forget set while going down the one of the retain set. */
export default defineMethod({
  name: 'grad-diff',
  version: '1.0.0',
  title: 'Gradient difference',
  description: 'Climbs the loss of the forget set and descends the contrastive loss of the retain set, in one step.',
  paper: {
    title: 'CLIPErase (ACL 2025; its baseline Gradient Difference)',
    url: 'https://arxiv.org/abs/2410.23330',
  },
  sets: ['forget', 'retain'],
  params: {
    loss: common.loss,
    ascent: param.number({
      default: 1,
      min: 0,
      max: 1000,
      source: 'PAPER',
      about: "Weight of the forget set's loss, which is climbed.",
    }),
    descent: param.number({
      default: 1,
      min: 0,
      max: 1000,
      source: 'PAPER',
      about: "Weight of the retain set's contrastive loss, which is descended.",
    }),
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
      about: 'Samples of each set in one step.',
    }),
    epochs: param.integer({ default: 10, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget set.' }),
    validation: param.number({
      default: 0.3,
      min: 0,
      max: 0.9,
      source: 'OURS',
      about: 'Fraction of each set held out to choose the best epoch; 0 keeps the last step.',
    }),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need larger steps',
      values: { learningRate: 5e-5, batchSize: 64 },
    },
  },
  prompt: ({ prompt }) => prompt,
  training: ({ learningRate, weightDecay, batchSize, epochs, validation, maxLogitScale, part }) => ({
    optimiser: adamw({ weightDecay }),
    learningRate,
    batchSize,
    epochs,
    validation,
    trainable: trainable(part),
    logitScaleRange: [0, maxLogitScale],
  }),
  objective: ({ model, forget, retain, params: { loss, ascent, descent } }) => ({
    forgetting: [-ascent, lossOf(loss, model(forget))],
    retention: [descent, contrastiveLoss(model(retain))],
  }),
});
