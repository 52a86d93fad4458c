import { DEFAULT_TEMPLATE } from '../data';
import { classFeatures } from './class-features';
import type { Encoder } from './encoder';
import { dot } from './unit';
import { type Proportion, wilson } from './wilson';

/** Images prepared for the model, [3,H,W] each, with the class each shows. */
export interface LabelledImages {
  readonly images: readonly Float32Array[];
  readonly labels: readonly string[];
}

export interface ZeroShotOptions {
  /** Texts with {} for the class name; several make an ensemble. */
  readonly templates?: readonly string[];
  readonly onProgress?: (done: number, total: number) => void;
}

/** How often the class whose prompt is nearest to an image is the image's own. */
export interface ZeroShotReport {
  readonly classes: readonly (Proportion & { readonly name: string })[];
  readonly overall: Proportion;
  /** Mean of the classes' accuracies, those without images left out. */
  readonly meanAccuracy: number;
  /** Accuracy of guessing: one over the number of class names. */
  readonly chance: number;
  readonly templates: readonly string[];
}

/**
 * Zero-shot accuracy for each class with 95 % Wilson intervals. Every image competes among all `classes`, which may name
 * more than the images show. Throws RangeError on a label that is none of them.
 */
export async function zeroShot(
  encoder: Pick<Encoder, 'imageFeatures' | 'textFeatures'>,
  { images, labels }: LabelledImages,
  classes: readonly string[],
  { templates = [DEFAULT_TEMPLATE], onProgress }: ZeroShotOptions = {},
): Promise<ZeroShotReport> {
  const truth = labels.map((label) => classes.indexOf(label));
  const stray = truth.indexOf(-1);
  if (stray >= 0) throw new RangeError(`zeroShot: "${labels[stray]}" is none of the classes`);
  const prompts = await classFeatures(encoder, classes, templates);
  const features = await encoder.imageFeatures(images, onProgress);
  const correct = new Array<number>(classes.length).fill(0);
  const total = new Array<number>(classes.length).fill(0);
  features.forEach((feature, i) => {
    const own = truth[i]!;
    total[own]! += 1;
    if (nearest(feature, prompts) === own) correct[own]! += 1;
  });
  const report = classes.map((name, c) => ({ name, ...wilson(correct[c]!, total[c]!) }));
  const shown = report.filter((of) => of.total > 0);
  return {
    classes: report,
    overall: wilson(sum(correct), sum(total)),
    meanAccuracy: shown.length > 0 ? sum(shown.map((of) => of.accuracy)) / shown.length : 0,
    chance: 1 / classes.length,
    templates,
  };
}

/** Index of the candidate with the largest inner product; the first of equals. */
export function nearest(feature: Float32Array, candidates: readonly Float32Array[]): number {
  let best = 0;
  const scores = candidates.map((candidate) => dot(feature, candidate));
  for (let c = 1; c < scores.length; c++) if (scores[c]! > scores[best]!) best = c;
  return best;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
