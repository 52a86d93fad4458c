import type { SetName } from '../../src/method';

/** Which part of each class's images a set has, of the classes to be forgotten or of the others. */
interface Share {
  readonly forgotten: boolean;
  readonly from: number;
  readonly to: number;
}

/** A method with parameters under which both sides do equally much, whatever they find. */
export interface MethodCase {
  readonly title: string;
  readonly forgotten: readonly string[];
  readonly sets: Partial<Readonly<Record<SetName, Share>>>;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** What replaces those parameters and sets where only the agreement of both sides is looked at. */
  readonly quick: { readonly parameters: MethodCase['parameters']; readonly images: number };
}

export const METHOD_CASES = {
  // Images are accepted at every tenth step only: with ten a class, of any confidence, no class takes fewer steps than another.
  lip: {
    title: '`lip`',
    forgotten: ['airplane', 'bird', 'deer', 'frog', 'ship'],
    sets: {},
    parameters: {
      perClass: 64,
      stepLength: 4,
      jitter: 2,
      iterations: 10,
      confidence: 0,
      draws: 10,
      noise: 1,
      resnetLayers: 5,
      vitLayers: 25,
      threshold: 0,
      learningRate: 5e-5,
      weightDecay: 0.2,
      batchSize: 64,
      epochs: 6,
      prompt: 'A picture of {}',
    },
    quick: { parameters: { perClass: 12, draws: 3, epochs: 1 }, images: 0 },
  },
  'three-stage': {
    title: '`three-stage`',
    forgotten: ['airplane'],
    sets: {
      forget: { forgotten: true, from: 0, to: 200 },
      retain: { forgotten: false, from: 0, to: 40 },
      calibration: { forgotten: false, from: 40, to: 60 },
    },
    parameters: {
      layers: 8,
      fisherBatch: 1,
      rank: 4,
      alpha: 4,
      forgetRate: 1e-4,
      forgetEpochs: 2,
      alignSteps: 20,
      alignRate: 0.01,
      remindSteps: 20,
      remindRate: 1e-5,
      ema: 0.99,
      emaFrom: 'original',
      points: 10,
      bound: 0.1,
      batchSize: 64,
      prompt: 'a photo of a {}',
    },
    quick: { parameters: { alignSteps: 2, remindSteps: 4, points: 2, batchSize: 16 }, images: 5 },
  },
} as const satisfies Record<string, MethodCase>;

export type MethodName = keyof typeof METHOD_CASES;
export const METHOD_NAMES = Object.keys(METHOD_CASES) as MethodName[];

export const MODELS = ['resnet', 'vit'] as const;
export type Model = (typeof MODELS)[number];
