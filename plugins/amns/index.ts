import {
  adam,
  common,
  contrastiveLoss,
  defineMethod,
  param,
  relabel,
  SMALL_SYNTHESIS,
  synthesis,
  trainingBy,
} from 'lethe/method';

/** Amnesiac unlearning without data: synthetic images of the class, taught under the names of others. */
export default defineMethod({
  name: 'amns',
  version: '1.0.0',
  title: 'Amns (amnesiac, zero-shot)',
  description: 'Makes images of the forgotten class and fine-tunes on them with the captions of random other classes.',
  paper: {
    title: 'Amnesiac Machine Learning (AAAI 2021), on synthetic samples as in arXiv 2407.07485',
    url: 'https://arxiv.org/abs/2010.10981',
  },
  sets: ['forget'],
  makes: ['forget'],
  params: {
    ...synthesis,
    learningRate: param.number({
      default: 1e-4,
      above: 0,
      max: 1,
      source: 'CODE',
      about: "Adam's learning rate, as released for classifiers.",
    }),
    batchSize: param.integer({ default: 128, min: 2, max: 4096, source: 'CODE', about: 'Forget images in one step.' }),
    epochs: param.integer({ default: 3, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget images.' }),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights and images of 32 pixels, such as the demo checkpoints',
      values: { ...SMALL_SYNTHESIS, batchSize: 64 },
    },
  },
  prompt: ({ prompt }) => prompt,
  stages: ['synthesise', 'relabel'],
  async run({ params, given, synthesise, train }) {
    const made = given.has('forget') ? undefined : await synthesise('synthesise', params);
    if (made?.images === 0)
      return `nothing was forgotten: no image was accepted as one of ${made.unreached.join(', ')}`;
    await train(
      'relabel',
      ({ model, forget }) => ({ relabelled: [1, contrastiveLoss(model(relabel(forget, 'other')))] }),
      trainingBy(adam(), params),
    );
    return made && `${made.images} of ${made.wanted} synthetic images`;
  },
});
