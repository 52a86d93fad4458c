import { common, defineMethod, lossOf, param, trainable } from 'lethe/method';
import { dampened } from './dampened';

/** Selective synaptic dampening: shrink the weights that matter more to the forget set than to the rest. No training. */
export default defineMethod({
  name: 'ssd',
  version: '1.0.0',
  title: 'Selective synaptic dampening',
  description: 'Dampens the weights whose Fisher information is much larger on the forget set than on the retain set.',
  paper: {
    title: 'Fast Machine Unlearning Without Retraining Through Selective Synaptic Dampening (AAAI 2024)',
    url: 'https://arxiv.org/abs/2308.07707',
  },
  sets: ['forget', 'retain'],
  params: {
    loss: common.loss,
    selection: param.number({
      symbol: 'alpha',
      default: 10,
      above: 0,
      max: 1e6,
      source: 'CODE',
      about:
        'A weight is dampened where its importance to the forget set exceeds this multiple of that to the retain set.',
    }),
    dampening: param.number({
      symbol: 'lambda',
      default: 1,
      min: 0,
      max: 1e6,
      source: 'CODE',
      about: 'Constant of the factor a selected weight is multiplied by; smaller dampens more.',
    }),
    exponent: param.number({
      default: 1,
      above: 0,
      max: 10,
      source: 'CODE',
      about: 'Power to which that factor is raised.',
    }),
    batchSize: param.integer({
      default: 1,
      min: 1,
      max: 4096,
      source: 'PAPER',
      about:
        'Samples whose mean loss gives one gradient to square; with 1 it is the Fisher information of the paper, the released code squares whole batches.',
    }),
    part: common.part('image-tower'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints',
      values: { batchSize: 8 },
    },
  },
  prompt: ({ prompt }) => prompt,
  stages: ['importance of forget', 'importance of retain', 'dampen'],
  async run({ params, gradients, assign }) {
    const { loss, selection, dampening, exponent, batchSize, part } = params;
    const options = { batchSize, trainable: trainable(part), squared: true };
    const forgetting = await gradients(
      'importance of forget',
      'forget',
      ({ model, forget }) => ({ forgetting: [1, lossOf(loss, model(forget))] }),
      options,
    );
    const retention = await gradients(
      'importance of retain',
      'retain',
      ({ model, retain }) => ({ retention: [1, lossOf(loss, model(retain))] }),
      options,
    );
    let count = 0;
    let all = 0;
    await assign('dampen', (name, weight) => {
      all += weight.length;
      const [f, r] = [forgetting.get(name), retention.get(name)];
      if (!f || !r) return weight;
      const { values, selected } = dampened(weight, f, r, { selection, dampening, exponent });
      count += selected;
      return values;
    });
    return `${count} of ${all} weights dampened`;
  },
});
