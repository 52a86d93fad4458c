import { type ClipConfig, preprocessPixels } from '../../src/clip';
import { type Encoder, zeroShot } from '../../src/evaluation';
import { TEMPLATES } from './caption-sheet';
import { type Photographs, PIXELS, SIDE } from './photographs';
import { applyStyle, STYLES } from './styles';
import { COARSE_WORDS, coarseOf, FINE_WORDS } from './words';

/** Zero-shot accuracies on held-out images, each with the first template of its style. */
export interface Assessment {
  readonly images: number;
  /** Fine word, by style. */
  readonly fine: Readonly<Record<string, number>>;
  /** Animal or vehicle, on photographs. */
  readonly coarse: number;
  /** Fine word on photographs, by class. */
  readonly classes: Readonly<Record<string, number>>;
}

/** Measures the model on every `every`-th image of a half, in the given styles. */
export async function assess(
  encoder: Encoder,
  config: ClipConfig,
  half: Photographs,
  { every = 1, styles = STYLES }: { every?: number; styles?: typeof STYLES | readonly ['photograph'] } = {},
): Promise<Assessment> {
  const chosen = [...half.labels.keys()].filter((i) => i % every === 0);
  const fineLabels = chosen.map((i) => FINE_WORDS[half.labels[i]!]!);
  const coarseLabels = chosen.map((i) => COARSE_WORDS[coarseOf(half.labels[i]!)]!);
  const fine: Record<string, number> = {};
  let coarse = 0;
  let classes: Record<string, number> = {};
  for (const style of styles) {
    const images = chosen.map((i) => {
      const data = half.pixels.slice(i * PIXELS, (i + 1) * PIXELS);
      applyStyle(style, data, SIDE);
      return preprocessPixels({ data, width: SIDE, height: SIDE }, config.image);
    });
    const features = await encoder.imageFeatures(images);
    const embedded = { textFeatures: encoder.textFeatures, imageFeatures: async () => features };
    const templates = [TEMPLATES[style][0]!];
    const report = await zeroShot(embedded, { images, labels: fineLabels }, FINE_WORDS, { templates });
    fine[style] = report.overall.accuracy;
    if (style === 'photograph') {
      classes = Object.fromEntries(report.classes.map(({ name, accuracy }) => [name, accuracy]));
      const groups = await zeroShot(embedded, { images, labels: coarseLabels }, COARSE_WORDS, { templates });
      coarse = groups.overall.accuracy;
    }
  }
  return { images: chosen.length, fine, coarse, classes };
}
