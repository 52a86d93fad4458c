import { common, defineMethod, param, relabel, sgd, trainable, zeroShotLoss } from 'lethe/method';
import { salient } from './salient';

/** SalUn: random labels for the forget set, learned only by the weights that know it best. */
export default defineMethod({
  name: 'salun',
  version: '1.0.0',
  title: 'SalUn',
  description:
    'Finds the weights that are most salient for the forget set and trains those alone: random labels on the forget set, own labels on the retain set.',
  paper: {
    title: 'SalUn: Empowering Machine Unlearning via Gradient-based Weight Saliency (ICLR 2024)',
    url: 'https://arxiv.org/abs/2310.12508',
  },
  sets: ['forget', 'retain'],
  params: {
    saliency: param.number({
      default: 0.5,
      above: 0,
      max: 1,
      source: 'PAPER',
      about: 'Share of all weights that may move: those with the largest gradient over the forget set.',
    }),
    alpha: param.number({
      symbol: 'alpha',
      default: 1,
      min: 0,
      max: 1000,
      source: 'CODE',
      about: "Weight of the retain set's cross entropy.",
    }),
    learningRate: param.number({
      default: 0.01,
      above: 0,
      max: 1,
      source: 'CODE',
      about: "SGD's learning rate, as released for classifiers.",
    }),
    momentum: param.number({ default: 0.9, min: 0, max: 0.999, source: 'CODE', about: "SGD's momentum." }),
    weightDecay: param.number({ default: 5e-4, min: 0, max: 1, source: 'CODE', about: 'L2 decay, in the gradient.' }),
    batchSize: param.integer({
      default: 256,
      min: 1,
      max: 4096,
      source: 'CODE',
      about: 'Samples of each set in one step, and of the forget set in one gradient.',
    }),
    epochs: param.integer({ default: 10, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget set.' }),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints',
      values: { learningRate: 3e-4, batchSize: 64, alpha: 3 },
    },
  },
  prompt: ({ prompt }) => prompt,
  stages: ['saliency', 'unlearn'],
  async run({ params, gradients, train }) {
    const { saliency, alpha, learningRate, momentum, weightDecay, batchSize, epochs, maxLogitScale, part } = params;
    const selected = trainable(part);
    const gradient = await gradients(
      'saliency',
      'forget',
      ({ model, forget }) => ({ forgetting: [-1, zeroShotLoss(model(forget))] }),
      { batchSize, trainable: selected },
    );
    await train(
      'unlearn',
      ({ model, forget, retain }) => ({
        relabelled: [1, zeroShotLoss(model(relabel(forget, 'any')))],
        retention: [alpha, zeroShotLoss(model(retain))],
      }),
      {
        optimiser: sgd({ momentum, weightDecay }),
        learningRate,
        batchSize,
        epochs,
        trainable: selected,
        mask: salient(gradient, saliency),
        logitScaleRange: [0, maxLogitScale],
      },
    );
    return undefined;
  },
});
