import { prompt } from '../data';
import { unit } from '../metrics';
import type { Encoder } from './encoder';

/**
 * The zero-shot classifier's weights, one unit vector for each class: the mean of the unit features of all its prompts,
 * brought to unit length again (Radford et al. 2021, section 3.1.4, prompt ensembling).
 */
export async function classFeatures(
  encoder: Pick<Encoder, 'textFeatures'>,
  classes: readonly string[],
  templates: readonly string[],
): Promise<Float32Array[]> {
  const prompts = classes.flatMap((name) => templates.map((template) => prompt(template, name)));
  const features = await encoder.textFeatures(prompts);
  return classes.map((_, c) => {
    const own = features.slice(c * templates.length, (c + 1) * templates.length);
    return unit(
      own.reduce((sum, feature) => sum.map((value, i) => value + feature[i]!), new Float32Array(own[0]!.length)),
    );
  });
}
