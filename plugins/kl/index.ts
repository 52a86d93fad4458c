import { adamw, add, type ClipOutput, common, defineMethod, kl, lossOf, param, trainingBy } from 'lethe/method';

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
    ascent: common.ascent,
    divergence: param.number({
      default: 1,
      min: 0,
      max: 1000,
      source: 'PAPER',
      about: "Weight of the divergence from the original's predictions on the retain set.",
    }),
    ...common.adamw,
    validation: common.validation(0.3),
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
  training: (params) => trainingBy(adamw({ weightDecay: params.weightDecay }), params),
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
