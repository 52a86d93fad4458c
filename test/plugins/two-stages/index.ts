import { adam, contrastiveLoss, defineMethod, param, trainable } from 'lethe/method';

/**
 * A method of several phases, for tests: it forgets, looks at what that did, goes halfway back to the original and
 * repairs the rest. What it answers tells whether a retried run was given the answers of the stages it had finished.
 */
export default defineMethod({
  name: 'two-stages',
  version: '1.0.0',
  title: 'Two stages',
  description: 'Forgets in one stage and repairs in another.',
  paper: { title: 'none', url: 'https://example.org' },
  sets: ['forget', 'retain'],
  params: {
    forgetEpochs: param.integer({ default: 20, min: 1, source: 'OURS', about: 'Passes of the first stage.' }),
    repairEpochs: param.integer({ default: 20, min: 1, source: 'OURS', about: 'Passes of the second stage.' }),
  },
  stages: ['forget', 'look', 'soften', 'repair'],
  async run({ params: { forgetEpochs, repairEpochs }, train, evaluate, assign }) {
    const training = { optimiser: adam(), learningRate: 1e-3, batchSize: 8, trainable: trainable('image-tower') };
    const forgotten = await train(
      'forget',
      ({ model, forget }) => ({ forgetting: [-1, contrastiveLoss(model(forget))] }),
      { ...training, epochs: forgetEpochs },
    );
    const found = await evaluate('look');
    await assign('soften', (_, current, original) => current.map((value, i) => (value + original[i]!) / 2));
    const repaired = await train(
      'repair',
      ({ model, retain }) => ({ retention: [1, contrastiveLoss(model(retain))] }),
      { ...training, epochs: repairEpochs },
    );
    return `forgot in ${forgotten.steps} steps (${found.forget}, ${found.retain}), repaired in ${repaired.steps}`;
  },
});
