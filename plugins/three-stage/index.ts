import {
  adam,
  type ClipOutput,
  common,
  contrastiveLoss,
  defineMethod,
  mean,
  normalise,
  param,
  rowDot,
  trainable,
  type WeightChange,
} from 'lethe/method';
import { flat, misalignment, targetsOf } from './alignment';
import { relativeFisher } from './layers';
import { searchSoup } from './soup';

/** Forget a subgroup whose captions say no more than its class, remind the model of its siblings, restore what else was lost. */
export default defineMethod({
  name: 'three-stage',
  version: '1.0.0',
  title: 'Forget, remind, restore',
  description:
    'Forgets through low-rank factors in the layers that matter most to the subgroup, reminds on retain images aligned with the original’s statistics, and restores by a soup with the original.',
  paper: {
    title: 'Targeted Forgetting of Image Subgroups in CLIP Models (CVPR 2025)',
    url: 'https://arxiv.org/abs/2506.03117',
  },
  sets: ['forget', 'retain', 'calibration'],
  params: {
    relativeFisher: param.boolean({
      default: true,
      source: 'PAPER',
      about: 'Forgets in the layers of the highest relative Fisher information; off, in all layers of the image tower.',
    }),
    layers: param.integer({
      default: 8,
      min: 1,
      max: 10_000,
      source: 'OURS',
      about: 'How many weight tensors those are.',
    }),
    fisherBatch: param.integer({
      default: 1,
      min: 1,
      max: 4096,
      source: 'PAPER',
      about: 'Samples whose mean similarity gives one gradient to square; 1 is the Fisher information itself.',
    }),
    lora: param.boolean({
      default: true,
      source: 'PAPER',
      about: 'Forgets through low-rank factors; off, the layers themselves move.',
    }),
    rank: param.integer({ symbol: 'r', default: 4, min: 1, max: 1024, source: 'OURS', about: 'Rank of the factors.' }),
    alpha: param.number({
      default: 4,
      above: 0,
      max: 1024,
      source: 'OURS',
      about: 'Scale of the factors: their product counts alpha / r.',
    }),
    forgetRate: param.number({
      default: 1e-4,
      above: 0,
      max: 1,
      source: 'OURS',
      about: "Adam's learning rate while forgetting.",
    }),
    forgetEpochs: param.integer({
      default: 2,
      min: 1,
      max: 1000,
      source: 'PAPER',
      about: 'Passes over the forget set.',
    }),
    alignment: param.boolean({
      default: true,
      source: 'PAPER',
      about: "Reminds on images moved towards the original's statistics; off, on the retain images as they are.",
    }),
    alignSteps: param.integer({
      default: 20,
      min: 1,
      max: 10_000,
      source: 'OURS',
      about: 'Steps by which a batch of retain images is aligned.',
    }),
    alignRate: param.number({
      default: 0.01,
      above: 0,
      max: 10,
      source: 'OURS',
      about: "Adam's learning rate for the images.",
    }),
    remindSteps: param.integer({
      default: 20,
      min: 0,
      max: 10_000,
      source: 'PAPER',
      about: 'Steps of reminding; the paper finds 20 best, and 50 and more harmful. 0 leaves the stage out.',
    }),
    remindRate: param.number({
      default: 1e-5,
      above: 0,
      max: 1,
      source: 'OURS',
      about: "Adam's learning rate while reminding.",
    }),
    hold: param.number({
      symbol: 'λ',
      default: 0,
      min: 0,
      max: 1000,
      source: 'OURS',
      about:
        'Weight of the forgetting loss while reminding: what is learned about siblings shall not bring the subgroup back.',
    }),
    ema: param.number({
      default: 0.99,
      min: 0,
      max: 0.999999,
      source: 'OURS',
      about: 'Decay of the moving average of the weights while reminding.',
    }),
    emaFrom: param.choice({
      options: ['original', 'stage'],
      default: 'original',
      source: 'PAPER',
      about: 'Where the average begins: at the original weights, or at those that forgot.',
    }),
    soup: param.boolean({
      default: true,
      source: 'PAPER',
      about: 'Restores by a soup with the original; off, the reminded weights are the result.',
    }),
    points: param.integer({
      default: 10,
      min: 1,
      max: 1000,
      source: 'OURS',
      about: 'Steps of the grid of soup coefficients, and of the finer one around its best.',
    }),
    bound: param.number({
      default: 0.1,
      min: 0,
      max: 1,
      source: 'OURS',
      about: 'Accuracy on the forget set that a soup may have.',
    }),
    batchSize: param.integer({ default: 64, min: 2, max: 4096, source: 'OURS', about: 'Samples in one step.' }),
    prompt: common.prompt,
  },
  presets: {
    small: {
      about: 'models of a few million weights, such as the demo checkpoints, which need larger steps',
      values: {
        fisherBatch: 16,
        forgetRate: 1e-3,
        forgetEpochs: 1,
        alignSteps: 5,
        remindSteps: 60,
        remindRate: 1e-4,
        hold: 10,
        ema: 0.9,
        emaFrom: 'stage',
      },
    },
  },
  prompt: ({ prompt }) => prompt,
  stages: ['fisher of forget', 'fisher of retain', 'statistics', 'align', 'forget', 'remind', 'restore'],
  async run({ params, original, gradients, averages, learnImages, train, evaluate, assign }) {
    const { batchSize, layers, fisherBatch, remindSteps } = params;
    const imageTower = trainable('image-tower');

    let selected = imageTower;
    if (params.relativeFisher) {
      const options = { batchSize: fisherBatch, trainable: imageTower, squared: true };
      const forgetting = await gradients(
        'fisher of forget',
        'forget',
        ({ model, forget }) => ({ similarity: [1, similarity(model(forget))] }),
        options,
      );
      const retention = await gradients(
        'fisher of retain',
        'retain',
        ({ model, retain }) => ({ similarity: [1, similarity(model(retain))] }),
        options,
      );
      const matrices = relativeFisher(forgetting, retention).filter(({ name }) =>
        isMatrix(original.get(name)!.shape, name),
      );
      const chosen = new Set(matrices.slice(0, layers).map(({ name }) => name));
      selected = (name) => chosen.has(name);
    }

    // The images depend on the original alone, and so can be aligned while the model still is the original.
    if (params.alignment && remindSteps > 0) {
      const targets = await targetsOf(original, () =>
        averages('statistics', 'calibration', ({ statistics, calibration }) => flat(statistics(calibration.pixels)), {
          batchSize,
        }),
      );
      await learnImages(
        'align',
        ({ statistics, learned }) => ({ misalignment: [1, misalignment(statistics(learned.pixels), targets)] }),
        {
          into: 'learned',
          from: 'retain',
          atMost: remindSteps * batchSize,
          optimiser: adam(),
          learningRate: params.alignRate,
          steps: params.alignSteps,
          batchSize,
        },
      );
    }

    await train('forget', ({ model, forget }) => ({ similarity: [1, similarity(model(forget))] }), {
      optimiser: adam(),
      learningRate: params.forgetRate,
      batchSize,
      epochs: params.forgetEpochs,
      trainable: selected,
      ...(params.lora && { lora: { rank: params.rank, alpha: params.alpha } }),
    });

    if (remindSteps > 0) {
      await train(
        'remind',
        ({ model, forget, retain, learned }) => ({
          retention: [1, contrastiveLoss(model(params.alignment ? learned : retain))],
          ...(params.hold > 0 && { similarity: [params.hold, similarity(model(forget))] as const }),
        }),
        {
          optimiser: adam(),
          learningRate: params.remindRate,
          batchSize,
          steps: remindSteps,
          trainable: imageTower,
          average: params.ema,
          averageFrom: params.emaFrom,
        },
      );
    }

    if (!params.soup) return undefined;
    const soup =
      (a: number): WeightChange =>
      (_name, reminded, start) =>
        reminded === start ? reminded : start.map((value, i) => a * reminded[i]! + (1 - a) * value);
    const { a, accuracies } = await searchSoup(params.points, params.bound, (coefficient) =>
      evaluate('restore', soup(coefficient), coefficient),
    );
    await assign('restore', soup(a), a);
    const { forget = 0, calibration = 0 } = accuracies;
    return `soup of ${a.toFixed(3)}: forget ${forget.toFixed(3)}, calibration ${calibration.toFixed(3)}`;
  },
});

/** mean cos(f(x), g(t)). */
const similarity = ({ imageFeatures, textFeatures }: Pick<ClipOutput, 'imageFeatures' | 'textFeatures'>) =>
  mean(rowDot(normalise(imageFeatures), normalise(textFeatures)));

/** What LoRA can change; the ablation without it moves the same weights. */
const isMatrix = (shape: readonly number[], name: string) => shape.length >= 2 && !name.includes('embedding');
