import { common, defineMethod, lossOf, param, trainable } from 'lethe/method';
import { scrambled } from './scrambled';

/** Fisher forgetting: noise in proportion to how much each weight says about the forget set. No training. */
export default defineMethod({
  name: 'fisher',
  version: '1.0.0',
  title: 'Fisher forgetting',
  description: "Adds noise to the weights, with a variance that follows the forget set's Fisher information.",
  paper: {
    title: 'Targeted forgetting of image subgroups in CLIP models (its baseline Fisher)',
    url: 'https://arxiv.org/abs/2506.03117',
  },
  sets: ['forget'],
  params: {
    loss: common.loss,
    scale: param.number({
      default: 0.2,
      min: 0,
      max: 1e6,
      source: 'PAPER',
      about: "The noise's standard deviation as a multiple of the root of the Fisher information.",
    }),
    batchSize: param.integer({
      default: 1,
      min: 1,
      max: 4096,
      source: 'OURS',
      about: 'Samples whose mean loss gives one gradient to square; with 1 it is the empirical Fisher information.',
    }),
    part: common.part('image-tower', 'PAPER'),
    prompt: common.prompt,
  },
  prompt: ({ prompt }) => prompt,
  stages: ['information', 'noise'],
  async run({ params, gradients, assign }) {
    const { loss, scale, batchSize, part } = params;
    const information = await gradients(
      'information',
      'forget',
      ({ model, forget }) => ({ forgetting: [1, lossOf(loss, model(forget))] }),
      { batchSize, trainable: trainable(part), squared: true },
    );
    await assign('noise', (name, weight, _original, random) => {
      const fisher = information.get(name);
      return fisher ? scrambled(weight, fisher, scale, random.normal) : weight;
    });
    return undefined;
  },
});
