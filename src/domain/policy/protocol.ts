import { type Refusal, refuse } from '../refusal/refusals';

/** How the relearning attacks train. */
export interface RelearningProtocol {
  /** Of Adam; null: what suits a model of this size. */
  learningRate: number | null;
  /** Samples of each set in a step. */
  batchSize: number;
  /** Steps after which they give up. */
  steps: number;
  /** Steps between two looks at the accuracy. */
  every: number;
  /** Forget images that RELEARN_FORGET trains on. */
  samples: number;
  /** Share of the original's accuracy at which a class counts as back. */
  share: number;
}

/**
 * How everything is measured that a policy judges. It is the policy's and not the asker's: whoever could choose a learning rate, a prompt
 * or a seed could choose the verdict.
 */
export interface Protocol {
  /** Prompts with {} whose embeddings are averaged, for all but the paraphrases. */
  templates: string[];
  /** At most so many images of each kind; see `evidence-samples.ts`. */
  images: number;
  /** Of everything random, the choice of images included. */
  seed: number;
  relearning: RelearningProtocol;
}

/** A protocol of which parts are left out. */
export type AskedProtocol = { [K in Exclude<keyof Protocol, 'relearning'>]?: Protocol[K] | null } & {
  relearning?: { [K in keyof RelearningProtocol]?: RelearningProtocol[K] | null } | null;
};

/** Fewer images of a part show nothing, and cannot be cut into the parts of a cross-validation. */
export const LEAST_IMAGES = 10;

/** What is left out is as Lethe ships it. */
export function protocolOf(asked: AskedProtocol = {}): Protocol {
  const { relearning } = asked;
  const images = asked.images ?? 500;
  const steps = relearning?.steps ?? 60;
  return {
    templates: asked.templates ?? ['a photo of a {}'],
    images,
    seed: asked.seed ?? 0,
    relearning: {
      learningRate: relearning?.learningRate ?? null,
      batchSize: relearning?.batchSize ?? 64,
      steps,
      every: relearning?.every ?? Math.min(2, steps),
      samples: relearning?.samples ?? Math.min(8, images),
      share: relearning?.share ?? 0.8,
    },
  };
}

/** Why nothing can be measured like this; null when it can. */
export function refusalOfProtocol({ templates, images, seed, relearning }: Protocol): Refusal<'INVALID_INPUT'> | null {
  const no = (path: string[], problem: string) => refuse('INVALID_INPUT', ['protocol', ...path], { problem });
  if (templates.length === 0 || templates.some((template) => !template.includes('{}'))) {
    return no(['templates'], 'a prompt template has {} where the class name goes');
  }
  const { learningRate, batchSize, steps, every, samples, share } = relearning;
  const bounds: [string[], number, number, number][] = [
    [['seed'], seed, 0, 2 ** 31 - 1],
    [['images'], images, LEAST_IMAGES, 10_000],
    [['relearning', 'batchSize'], batchSize, 2, 4096],
    [['relearning', 'steps'], steps, 1, 10_000],
    [['relearning', 'every'], every, 1, steps],
    [['relearning', 'samples'], samples, 1, images],
  ];
  for (const [path, value, low, high] of bounds) {
    if (Number.isInteger(value) && value >= low && value <= high) continue;
    return no(path, `${path.at(-1)} must be an integer from ${low} to ${high}`);
  }
  for (const [name, value] of Object.entries({ learningRate: learningRate ?? 1, share })) {
    if (!(value > 0 && value <= 1)) return no(['relearning', name], `${name} must be above 0 and at most 1`);
  }
  return null;
}
