import { adam, common, contrastiveLoss, defineMethod, param, trainingBy } from 'lethe/method';

/** Fine-tuning on the retain set alone: what is not rehearsed may fade. */
export default defineMethod({
  name: 'fine-tune',
  version: '1.0.0',
  title: 'Fine-tuning',
  description: 'Trains on the retain set with the contrastive loss. A baseline: it hopes that the forget set fades.',
  paper: {
    title: 'Targeted forgetting of image subgroups in CLIP models (its baseline FT)',
    url: 'https://arxiv.org/abs/2506.03117',
  },
  sets: ['retain'],
  params: {
    learningRate: param.number({
      default: 1e-6,
      above: 0,
      max: 1,
      source: 'OURS',
      about: "Adam's learning rate; the paper says only that it is small.",
    }),
    batchSize: param.integer({ default: 32, min: 2, max: 4096, source: 'OURS', about: 'Retain pairs in one step.' }),
    epochs: param.integer({ default: 2, min: 1, max: 1000, source: 'PAPER', about: 'Passes over the retain set.' }),
    validation: common.validation(0),
    maxLogitScale: common.maxLogitScale,
    part: common.part('image-tower', 'PAPER'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need larger steps',
      values: { learningRate: 1e-4, batchSize: 64 },
    },
  },
  prompt: ({ prompt }) => prompt,
  training: (params) => trainingBy(adam(), params),
  objective: ({ model, retain }) => ({ retention: [1, contrastiveLoss(model(retain))] }),
});
