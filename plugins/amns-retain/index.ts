import { adam, common, concat, contrastiveLoss, defineMethod, param, relabel, trainingBy } from 'lethe/method';

/** Amnesiac unlearning with real images: the forget images under captions of other classes, among retain images under their own. */
export default defineMethod({
  name: 'amns-retain',
  version: '1.0.0',
  title: 'Amnesiac unlearning with a retain set',
  description: 'Gives every forget image the caption of another class and trains on it among retain images.',
  paper: {
    title: 'Amnesiac Machine Learning (AAAI 2021), on CLIP as in arXiv 2407.07485',
    url: 'https://arxiv.org/abs/2010.10981',
  },
  sets: ['forget', 'retain'],
  params: {
    learningRate: param.number({
      default: 1e-4,
      above: 0,
      max: 1,
      source: 'CODE',
      about: "Adam's learning rate, as released for classifiers.",
    }),
    batchSize: param.integer({
      default: 64,
      min: 1,
      max: 4096,
      source: 'CODE',
      about: 'Samples of each set in one step: the released batch of 128 is half of one and half of the other.',
    }),
    epochs: param.integer({ default: 3, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget set.' }),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  prompt: ({ prompt }) => prompt,
  training: (params) => trainingBy(adam(), params),
  objective({ model, forget, retain }) {
    const f = model(relabel(forget, 'other'));
    const r = model(retain);
    return {
      relabelled: [
        1,
        contrastiveLoss({
          imageFeatures: concat([f.imageFeatures, r.imageFeatures], 0),
          textFeatures: concat([f.textFeatures, r.textFeatures], 0),
          logitScale: r.logitScale,
        }),
      ],
    };
  },
});
