import { adamw, common, contrastiveLoss, defineMethod, lossOf, param, trainingBy } from 'lethe/method';

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
    ascent: common.ascent,
    descent: param.number({
      default: 1,
      min: 0,
      max: 1000,
      source: 'PAPER',
      about: "Weight of the retain set's contrastive loss, which is descended.",
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
      values: { learningRate: 5e-5, batchSize: 64, descent: 5 },
    },
  },
  prompt: ({ prompt }) => prompt,
  training: (params) => trainingBy(adamw({ weightDecay: params.weightDecay }), params),
  objective: ({ model, forget, retain, params: { loss, ascent, descent } }) => ({
    forgetting: [-ascent, lossOf(loss, model(forget))],
    retention: [descent, contrastiveLoss(model(retain))],
  }),
});
