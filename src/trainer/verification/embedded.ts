import { type Embedded, PARTS, TEMPLATES } from '../../attacks';
import { type Checkpoint, preprocess } from '../../clip';
import { DEFAULT_TEMPLATE, loadImages } from '../../data';
import { classFeatures, createEncoder } from '../../evaluation';
import { computeOf } from '../compute';
import type { VerificationAssignment } from '../messages';
import type { Control } from '../run-assignment';

/** What a model makes of the images and prompts of a verification. */
export async function embedded(
  checkpoint: Checkpoint,
  assignment: VerificationAssignment,
  { signal, breathe }: Control,
  onProgress: (done: number, total: number) => void,
): Promise<Embedded> {
  const { parts, classes, templates, superclasses } = assignment;
  const { config, weights, tokenizer } = checkpoint;
  const encoder = await createEncoder(config, weights, tokenizer, computeOf(assignment));
  try {
    const byTemplate = new Map<string, Float32Array[]>();
    for (const template of TEMPLATES) byTemplate.set(template, await classFeatures(encoder, classes, [template]));
    const names = superclasses.map(({ name }) => name);
    const texts = {
      classifier: await classFeatures(encoder, classes, templates),
      byTemplate,
      superclasses: await classFeatures(encoder, names, [templates[0] ?? DEFAULT_TEMPLATE]),
    };
    await breathe();
    const total = PARTS.reduce((sum, part) => sum + (parts[part]?.samples.length ?? 0), 0);
    const images: Record<(typeof PARTS)[number], Float32Array[]> = { forget: [], retain: [], held: [] };
    let before = 0;
    for (const part of PARTS) {
      const source = parts[part];
      if (!source) continue;
      const pixels = await loadImages(source.source, source.samples, preprocess(config.image), { signal });
      images[part] = await encoder.imageFeatures(pixels, (done) => onProgress(before + done, total));
      before += pixels.length;
      await breathe();
    }
    return { ...texts, images, scale: Math.exp(weights.get('logit_scale')!.data[0]!) };
  } finally {
    await encoder.dispose();
  }
}
