import type { Features } from '../metrics';
import { classFeatures } from './class-features';
import type { Encoder } from './encoder';

/** The texts that metrics ask about. */
export interface Texts {
  readonly classes: readonly string[];
  /** The classifier is their ensemble. */
  readonly templates: readonly string[];
  /** Templates that are looked at one by one. */
  readonly alone: readonly string[];
  /** Distinct. */
  readonly captions: readonly string[];
}

/** What a model makes of images ([3,S,S] each, preprocessed for it) and texts. */
export async function embed(
  encoder: Pick<Encoder, 'imageFeatures' | 'textFeatures'>,
  images: readonly Float32Array[],
  { classes, templates, alone, captions }: Texts,
  onProgress?: (done: number, total: number) => void,
): Promise<Features> {
  const byTemplate = new Map<string, Float32Array[]>();
  for (const template of alone) byTemplate.set(template, await classFeatures(encoder, classes, [template]));
  return {
    classifier: await classFeatures(encoder, classes, templates),
    byTemplate,
    captions: await encoder.textFeatures(captions),
    images: await encoder.imageFeatures(images, onProgress),
  };
}
