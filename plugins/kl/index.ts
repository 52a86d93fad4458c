import { adamw, add, type ClipOutput, common, defineMethod, kl, lossOf, param, trainable } from 'lethe/method';

/** KL minimisation: climb the loss of the forget set while predicting of the retain set what the original predicts. */
export default defineMethod({
  name: 'kl',
  version: '1.0.0',
  title: 'KL minimisation',
  description: "Climbs the loss of the forget set and holds the retain set's predictions at the original model's.",
  paper: {
    title: 'CLIPErase (ACL 2025; its baseline KL)',
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
    divergence: param.number({
      default: 1,
      min: 0,
      max: 1000,
      source: 'PAPER',
      about: "Weight of the divergence from the original's predictions on the retain set.",
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
      min: 1,
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
      values: { learningRate: 5e-5, batchSize: 64, divergence: 10 },
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
  objective({ model, original, forget, retain, params: { loss, ascent, divergence } }) {
    const drift = (o: ClipOutput, r: ClipOutput) =>
      loss === 'zero-shot'
        ? kl(o.classLogits, r.classLogits)
        : add(kl(o.logitsPerImage, r.logitsPerImage), kl(o.logitsPerText, r.logitsPerText));
    return {
      forgetting: [-ascent, lossOf(loss, model(forget))],
      consistency: [divergence, drift(original(retain), model(retain))],
    };
  },
});
