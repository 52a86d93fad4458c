import { adamw, common, defineMethod, param, trainable, type WeightChange, zeroShotLoss } from 'lethe/method';
import { negated } from './negated';

/** Task negation: learn the forget set better, then walk the other way from where that learning began. */
export default defineMethod({
  name: 'task-negation',
  version: '1.0.0',
  title: 'Task negation',
  description:
    'Fine-tunes on the forget set and subtracts what that changed from the original weights, as far as the retain set allows.',
  paper: {
    title: 'Editing Models with Task Arithmetic (ICLR 2023)',
    url: 'https://arxiv.org/abs/2212.04089',
  },
  sets: ['forget', 'retain'],
  params: {
    learningRate: param.number({ default: 1e-5, above: 0, max: 1, source: 'PAPER', about: "AdamW's learning rate." }),
    weightDecay: param.number({ default: 0.1, min: 0, max: 1, source: 'PAPER', about: 'Decoupled weight decay.' }),
    batchSize: param.integer({
      default: 128,
      min: 1,
      max: 4096,
      source: 'PAPER',
      about: 'Forget samples in one step of fine-tuning.',
    }),
    epochs: param.integer({
      default: 10,
      min: 1,
      max: 1000,
      source: 'OURS',
      about: 'Passes of fine-tuning over the forget set; the paper counts 2000 steps on far larger sets.',
    }),
    maxCoefficient: param.number({
      symbol: 'a',
      default: 1,
      above: 0,
      max: 10,
      source: 'PAPER',
      about: 'The largest multiple of the task vector that is tried.',
    }),
    candidates: param.integer({
      default: 20,
      min: 1,
      max: 200,
      source: 'PAPER',
      about: 'How many coefficients are tried, evenly spaced up to the largest.',
    }),
    control: param.number({
      default: 0.95,
      min: 0,
      max: 1,
      source: 'PAPER',
      about: "Share of the original's retain accuracy that must be left.",
    }),
    part: common.part('image-tower', 'PAPER'),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need larger steps',
      values: { learningRate: 1e-4, batchSize: 64, epochs: 5 },
    },
  },
  prompt: ({ prompt }) => prompt,
  stages: ['fine-tune', 'search'],
  async run({ params, train, evaluate, assign }) {
    const { learningRate, weightDecay, batchSize, epochs, maxCoefficient, candidates, control, part } = params;
    await train('fine-tune', ({ model, forget }) => ({ task: [1, zeroShotLoss(model(forget))] }), {
      optimiser: adamw({ weightDecay }),
      learningRate,
      batchSize,
      epochs,
      trainable: trainable(part),
    });
    const negate =
      (a: number): WeightChange =>
      (_name, tuned, original) =>
        tuned === original ? tuned : negated(tuned, original, a);

    const { retain: whole = 0, forget: known = 1 } = await evaluate('search', negate(0), 0);
    let best = { a: 0, forget: known, retain: whole };
    for (let i = 1; i <= candidates; i++) {
      const a = (maxCoefficient * i) / candidates;
      const { forget = 1, retain = 0 } = await evaluate('search', negate(a), a);
      if (retain >= control * whole && forget < best.forget) best = { a, forget, retain };
    }
    await assign('search', negate(best.a), best.a);
    return `coefficient ${best.a}: forget ${best.forget.toFixed(3)}, retain ${best.retain.toFixed(3)} of ${whole.toFixed(3)}`;
  },
});
