import { DEFAULT_TEMPLATE } from '../data';
import { accuracyRows, type ZeroShotReport, zeroShotHits, zeroShotReport } from '../metrics';
import { classFeatures } from './class-features';
import type { Encoder } from './encoder';

/** Images prepared for the model, [3,H,W] each, with the class each shows. */
export interface LabelledImages {
  readonly images: readonly Float32Array[];
  readonly labels: readonly string[];
}

export interface ZeroShotOptions {
  /** Texts with {} for the class name; several make an ensemble. */
  readonly templates?: readonly string[];
}

/**
 * The metric ZERO_SHOT alone, of images at hand. Every image competes among all `classes`, which may name more than the
 * images show. Throws RangeError on a label that is none of them, and without images.
 */
export async function zeroShot(
  encoder: Pick<Encoder, 'imageFeatures' | 'textFeatures'>,
  { images, labels }: LabelledImages,
  classes: readonly string[],
  { templates = [DEFAULT_TEMPLATE] }: ZeroShotOptions = {},
): Promise<ZeroShotReport> {
  const truth = labels.map((label) => classes.indexOf(label));
  const stray = truth.indexOf(-1);
  if (stray >= 0) throw new RangeError(`zeroShot: "${labels[stray]}" is none of the classes`);
  const prompts = await classFeatures(encoder, classes, templates);
  const hits = zeroShotHits(await encoder.imageFeatures(images), truth, prompts);
  const report = zeroShotReport(accuracyRows('accuracy', classes, truth, hits));
  if (!report) throw new RangeError('zeroShot: no images');
  return report;
}
