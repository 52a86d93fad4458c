import {
  common,
  defineMethod,
  div,
  l2norm,
  noised,
  param,
  repeated,
  sgd,
  stopGradient,
  sub,
  sum,
  trainable,
} from 'lethe/method';

/** Lipschitz unlearning on real forget images: make the image features insensitive to noise around them. */
export default defineMethod({
  name: 'ulip',
  version: '1.0.0',
  title: 'Lipschitz unlearning',
  description: 'Smooths the image tower around the forget images until their features no longer tell them from noise.',
  paper: {
    title: 'Zero-Shot Machine Unlearning at Scale via Lipschitz Regularization (2024)',
    url: 'https://arxiv.org/abs/2402.01401',
  },
  sets: ['forget'],
  params: {
    draws: param.integer({
      symbol: 'n',
      default: 25,
      min: 1,
      max: 1000,
      source: 'CODE',
      about: 'Noised copies of each image in one step.',
    }),
    std: param.number({
      symbol: 'sigma',
      default: 0.5,
      above: 0,
      max: 10,
      source: 'OURS',
      about: 'Standard deviation of the noise, in normalised pixel values.',
    }),
    learningRate: param.number({ default: 3e-4, above: 0, max: 1, source: 'OURS', about: "SGD's learning rate." }),
    batchSize: param.integer({ default: 64, min: 1, max: 4096, source: 'CODE', about: 'Forget images in one step.' }),
    epochs: param.integer({ default: 1, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget set.' }),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need other steps',
      values: { learningRate: 2e-5 },
    },
  },
  prompt: ({ prompt }) => prompt,
  training: ({ learningRate, batchSize, epochs }) => ({
    optimiser: sgd(),
    learningRate,
    batchSize,
    epochs,
    trainable: trainable('image-tower'),
  }),
  objective({ model, encodeImage, normal, forget, params: { draws, std } }) {
    const x = repeated(forget.pixels, draws);
    const noisy = noised(x, normal(x.shape), std);
    const f = repeated(model(forget).imageFeatures, draws);
    const change = l2norm(sub(f, stopGradient(encodeImage(noisy))), -1);
    const distance = l2norm(sub(x, noisy), [1, 2, 3]);
    return { lipschitz: [1 / draws, sum(div(change, distance))] };
  },
});
