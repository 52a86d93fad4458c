import {
  adam,
  add,
  type ClipOutput,
  common,
  contrastiveLoss,
  defineMethod,
  kl,
  mean,
  normalise,
  param,
  rowDot,
  trainingBy,
} from 'lethe/method';

/** CLIPErase: pull matched forget pairs apart, keep matched retain pairs, stay near the original on the retain set. */
export default defineMethod({
  name: 'clip-erase',
  version: '1.0.0',
  title: 'CLIPErase',
  description:
    'Minimises the similarity of matched forget pairs while the contrastive loss and the original model hold the retain pairs in place.',
  paper: {
    title: 'CLIPErase: Efficient Unlearning of Visual-Textual Associations in CLIP (ACL 2025)',
    url: 'https://arxiv.org/abs/2410.23330',
  },
  sets: ['forget', 'retain'],
  params: {
    lambda1: param.number({
      symbol: 'l1',
      default: 1,
      min: 0,
      source: 'PAPER',
      about:
        'Weight of the forgetting module. The paper gives 1, 3, 3 and does not say for certain which term has the 1.',
    }),
    lambda2: param.number({
      symbol: 'l2',
      default: 3,
      min: 0,
      source: 'PAPER',
      about: 'Weight of the retention module, the contrastive loss on the retain set.',
    }),
    lambda3: param.number({
      symbol: 'l3',
      default: 3,
      min: 0,
      source: 'PAPER',
      about: 'Weight of the consistency module, the divergence from the original on the retain set.',
    }),
    similarity: param.choice({
      options: ['dot', 'cosine'],
      default: 'dot',
      source: 'PAPER',
      about:
        'What the forgetting module pushes down: the raw dot product, which grows with the features and has no lower bound, or the cosine (ours), which does neither.',
    }),
    learningRate: param.number({ default: 1e-6, above: 0, max: 1, source: 'PAPER', about: "Adam's learning rate." }),
    batchSize: param.integer({
      default: 16,
      min: 2,
      max: 4096,
      source: 'PAPER',
      about: 'Pairs of each set in one step.',
    }),
    epochs: param.integer({ default: 20, min: 1, max: 1000, source: 'PAPER', about: 'Passes over the forget set.' }),
    validation: common.validation(0.3, 'PAPER'),
    maxLogitScale: common.maxLogitScale,
    part: common.part('all'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need larger steps',
      values: { similarity: 'cosine', lambda1: 5, learningRate: 1e-4, batchSize: 64, epochs: 8 },
    },
  },
  prompt: ({ prompt }) => prompt,
  training: (params) => trainingBy(adam(), params),
  objective({ model, original, forget, retain, params: { lambda1, lambda2, lambda3, similarity } }) {
    const f = model(forget);
    const r = model(retain);
    const o = original(retain);
    const matched = ({ imageFeatures: image, textFeatures: text }: ClipOutput) =>
      similarity === 'dot' ? rowDot(image, text) : rowDot(normalise(image), normalise(text));
    return {
      forgetting: [lambda1, mean(matched(f))],
      retention: [lambda2, contrastiveLoss(r)],
      consistency: [lambda3, add(kl(o.logitsPerImage, r.logitsPerImage), kl(o.logitsPerText, r.logitsPerText))],
    };
  },
});
