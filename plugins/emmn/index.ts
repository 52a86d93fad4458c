import {
  adam,
  common,
  defineMethod,
  mean,
  param,
  square,
  sum,
  type Tensor,
  trainingBy,
  zeroShotLoss,
} from 'lethe/method';

/** EMMN: learn noise that the model errs on for the forgotten class and noise that it knows for the others, then train on both. */
export default defineMethod({
  name: 'emmn',
  version: '1.0.0',
  title: 'EMMN (error-maximising and error-minimising noise)',
  description:
    'Learns noise images, wrong ones for the forgotten class and right ones for the others, and fine-tunes up the loss of the first and down that of the second.',
  paper: {
    title: 'Zero-Shot Machine Unlearning (TIFS 2023)',
    url: 'https://arxiv.org/abs/2201.05629',
  },
  sets: ['forget', 'retain'],
  makes: ['forget', 'retain'],
  params: {
    perClass: param.integer({
      default: 64,
      min: 1,
      max: 4096,
      source: 'OURS',
      about: 'Noise images of each class, where the run has no images for the set.',
    }),
    noiseRate: param.number({
      default: 0.1,
      above: 0,
      max: 10,
      source: 'CODE',
      about: "Adam's learning rate for the noise.",
    }),
    forgetSteps: param.integer({
      default: 25,
      min: 1,
      max: 10_000,
      source: 'CODE',
      about: 'Steps by which the noise of the forgotten class is learned.',
    }),
    retainSteps: param.integer({
      default: 30,
      min: 1,
      max: 10_000,
      source: 'CODE',
      about: 'Steps by which the noise of the other classes is learned.',
    }),
    penalty: param.number({
      default: 0.1,
      min: 0,
      max: 1000,
      source: 'CODE',
      about: "Weight of the squared length of the forgotten class's noise.",
    }),
    learningRate: param.number({
      default: 1e-4,
      above: 0,
      max: 1,
      source: 'CODE',
      about: "Adam's learning rate for the weights, as released for classifiers.",
    }),
    batchSize: param.integer({
      default: 64,
      min: 1,
      max: 4096,
      source: 'OURS',
      about: 'Noise images learned together, and images of each set in one step.',
    }),
    epochs: param.integer({ default: 2, min: 1, max: 1000, source: 'CODE', about: 'Passes over the forget noise.' }),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  prompt: ({ prompt }) => prompt,
  stages: ['noise of forget', 'noise of retain', 'impair'],
  async run({ params, given, learnImages, train }) {
    const { perClass, noiseRate, forgetSteps, retainSteps, penalty, batchSize } = params;
    const noise = { optimiser: adam(), learningRate: noiseRate, batchSize };
    const length = (pixels: Tensor) => mean(sum(square(pixels), [1, 2, 3]));
    if (!given.has('forget')) {
      await learnImages(
        'noise of forget',
        ({ model, learned }) => ({
          error: [-1, zeroShotLoss(model(learned))],
          length: [penalty, length(learned.pixels)],
        }),
        { ...noise, into: 'forget', from: { classes: 'forgotten', perClass }, steps: forgetSteps },
      );
    }
    if (!given.has('retain')) {
      await learnImages('noise of retain', ({ model, learned }) => ({ error: [1, zeroShotLoss(model(learned))] }), {
        ...noise,
        into: 'retain',
        from: { classes: 'others', perClass },
        steps: retainSteps,
      });
    }
    await train(
      'impair',
      ({ model, forget, retain }) => ({
        forgetting: [-1, zeroShotLoss(model(forget))],
        retention: [1, zeroShotLoss(model(retain))],
      }),
      trainingBy(adam(), params),
    );
    return undefined;
  },
});
