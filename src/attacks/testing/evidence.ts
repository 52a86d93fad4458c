import type { Embedded, Evidence, OfParts } from '../attack';
import { TEMPLATES } from '../paraphrases';

/** A unit vector in a plane, by its angle in degrees. */
export const at = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

/** Features in a plane, given as angles in degrees. */
export interface Plane {
  readonly prompts: readonly number[];
  readonly images: OfParts<number>;
  /** Angles of the prompts under some templates; the same under the others. */
  readonly byTemplate?: Readonly<Record<string, readonly number[]>>;
  readonly superclasses?: readonly number[];
  readonly scale?: number;
}

export function embedded({ prompts, images, byTemplate = {}, superclasses = [], scale = 10 }: Plane): Embedded {
  return {
    images: { forget: images.forget.map(at), retain: images.retain.map(at), held: images.held.map(at) },
    classifier: prompts.map(at),
    byTemplate: new Map(TEMPLATES.map((template) => [template, (byTemplate[template] ?? prompts).map(at)])),
    superclasses: superclasses.map(at),
    scale,
  };
}

/** Evidence of a model in which class 0 was to be forgotten; the original and the only reference are the model itself unless given. */
export function evidence(model: Plane, labels: OfParts<number>, more: Partial<Evidence> = {}): Evidence {
  const own = embedded(model);
  return {
    classes: model.prompts.map((_, c) => `class ${c}`),
    labels,
    forget: new Set([0]),
    superclasses: [],
    model: own,
    original: own,
    references: [own],
    seed: 0,
    ...more,
  };
}
