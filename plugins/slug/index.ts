import { common, contrastiveLoss, defineMethod, mean, normalise, param, rowDot, trainable } from 'lethe/method';
import { bisect } from './bisect';
import { type Layer, layersOf, pareto } from './layers';

/** SLUG: one gradient, one layer, one step of the right length. */
export default defineMethod({
  name: 'slug',
  version: '1.0.0',
  title: 'SLUG',
  description:
    'Finds the single layer that matters most to the forget set and least to the retain set, and takes one step along its gradient.',
  paper: {
    title: 'Targeted Unlearning with Single Layer Unlearning Gradient (ICML 2025)',
    url: 'https://arxiv.org/abs/2407.11867',
  },
  sets: ['forget', 'retain'],
  params: {
    batchSize: param.integer({
      default: 64,
      min: 2,
      max: 4096,
      source: 'OURS',
      about: 'Samples in one gradient; the gradients of a set are averaged.',
    }),
    steps: param.integer({
      default: 10,
      min: 1,
      max: 100,
      source: 'CODE',
      about: 'Step lengths tried by bisection for each layer.',
    }),
    start: param.number({
      default: 0.1,
      above: 0,
      max: 10,
      source: 'CODE',
      about: "First step length tried, as a multiple of the layer's norm over its gradient's.",
    }),
    threshold: param.number({
      default: 0,
      min: 0,
      max: 1,
      source: 'CODE',
      about: 'The forget set counts as forgotten when its accuracy is at most this.',
    }),
    part: common.part('all', 'CODE'),
    prompt: common.prompt,
  },
  prompt: ({ prompt }) => prompt,
  stages: ['gradient of forget', 'gradient of retain', 'search', 'step'],
  async run({ params, original, gradients, evaluate, assign }) {
    const { batchSize, steps, start, threshold, part } = params;
    const options = { batchSize, trainable: trainable(part) };
    const forgetting = await gradients(
      'gradient of forget',
      'forget',
      ({ model, forget }) => {
        const { imageFeatures, textFeatures } = model(forget);
        return { similarity: [1, mean(rowDot(normalise(imageFeatures), normalise(textFeatures)))] };
      },
      options,
    );
    const retention = await gradients(
      'gradient of retain',
      'retain',
      ({ model, retain }) => ({ retention: [1, contrastiveLoss(model(retain))] }),
      options,
    );
    const step = (layer: Layer, rho: number) => (name: string, weight: Float32Array) =>
      name === layer.name ? weight.map((value, i) => value - rho * layer.gradient[i]!) : weight;

    const whole = (await evaluate('search')).retain ?? 0;
    let best: { layer: Layer; rho: number; forget: number; retain: number } | undefined;
    for (const layer of pareto(layersOf(original, forgetting, retention))) {
      const found = await bisect(start / layer.importance, steps, whole, threshold, (rho) =>
        evaluate('search', step(layer, rho)),
      );
      const better = !best || found.retain - found.forget > best.retain - best.forget;
      if (better) best = { layer, ...found };
    }
    if (!best) throw new Error('no layer has a gradient of both sets');
    const { layer, rho, forget, retain } = best;
    await assign('step', step(layer, rho));
    return `${layer.name}, step ${rho.toPrecision(3)}: forget ${forget.toFixed(3)}, retain ${retain.toFixed(3)} of ${whole.toFixed(3)}`;
  },
});
