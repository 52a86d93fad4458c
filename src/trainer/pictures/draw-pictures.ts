import type { ClipConfig } from '../../clip';
import { randomStream, type Weights } from '../../engine';
import type { Features, ZeroShotReport } from '../../metrics';
import { accuracyByClass, embeddingMap, heatMapSheet } from '../../pictures';
import type { SessionOptions } from '../../runtime';
import type { ArtifactWriter } from '../artifact-writer';
import type { Evaluator } from '../evaluator';
import { forgottenAndRetained } from './choose-images';
import { placeMaps } from './place-maps';

/** Images of the embedding map: each is embedded twice more. */
const MAP_IMAGES = 150;
const HEAT_IMAGES = 8;

/** What a model makes of the evaluation's images; without accuracies where no image has a class. */
export interface Assessment {
  readonly features: Features;
  readonly accuracies: ZeroShotReport | null;
}

export interface Drawn {
  readonly config: ClipConfig;
  readonly compute: SessionOptions;
  readonly evaluator: Evaluator;
  readonly original: Weights;
  readonly unlearned: Weights;
  readonly before: Assessment;
  readonly after: Assessment;
  readonly forgotten: readonly string[];
  readonly artifact: ArtifactWriter;
  breathe(): Promise<void>;
}

/** What changed, for people to look at: accuracy by class, the joint space, and what the model sees in some images. */
export async function drawPictures(drawn: Drawn): Promise<void> {
  if (!drawn.after.accuracies) return;
  await drawAccuracies(drawn);
  await drawn.breathe();
  await drawEmbeddings(drawn);
  await drawn.breathe();
  await drawHeatMaps(drawn);
}

async function drawAccuracies({ forgotten, artifact, ...found }: Drawn): Promise<void> {
  const [before, after] = [found.before.accuracies!, found.after.accuracies!];
  const classes = before.classes.flatMap((row, i) => {
    const { name } = row;
    return row.total > 0 ? [{ name, forgotten: forgotten.includes(name), before: row, after: after.classes[i]! }] : [];
  });
  const chart = accuracyByClass(classes, before.chance);
  await artifact('accuracy-by-class', 'Accuracy of each class, before and after', 'image/svg+xml', chart);
}

async function drawEmbeddings({ evaluator, forgotten, artifact, ...found }: Drawn): Promise<void> {
  const rows = forgottenAndRetained(evaluator.labels, forgotten, MAP_IMAGES, 0.3);
  const [before, after] = [found.before, found.after].map(({ features }) => rows.map((row) => features.images[row]!));
  const labels = rows.map((row) => evaluator.labels[row]!);
  const shown = forgotten.filter((name) => labels.includes(name));
  // A seed of its own, the same for every run: the map shows the weights, not the run's luck.
  const random = randomStream(0, 'embedding map');
  const map = embeddingMap({ labels, forgotten: shown, before: before!, after: after! }, () => random.uniform());
  await artifact('embedding-map', 'Images in the joint space, before and after', 'image/svg+xml', map);
}

async function drawHeatMaps(drawn: Drawn): Promise<void> {
  const { config, compute, evaluator, original, unlearned, forgotten, artifact } = drawn;
  const { labels, classes } = evaluator;
  const rows = forgottenAndRetained(labels, forgotten, HEAT_IMAGES);
  const asked = rows.map((row) => ({ pixels: evaluator.pixels[row]!, about: classes.indexOf(labels[row]!) }));
  const looks = [
    { weights: original, classes: drawn.before.features.classifier },
    { weights: unlearned, classes: drawn.after.features.classifier },
  ];
  const [before, after] = await placeMaps(config, asked, looks, compute);
  const sheet = await heatMapSheet(
    rows.map((row, i) => ({
      image: coloursOf(evaluator.pixels[row]!, config.image),
      side: config.image.size,
      label: labels[row]!,
      forgotten: forgotten.includes(labels[row]!),
      before: before![i]!,
      after: after![i]!,
    })),
    'Where the model sees the class, before and after',
    'cosine with the class, less that with all classes',
  );
  await artifact('heat-maps', 'Where the model sees the class, before and after', 'image/png', sheet);
}

/** Normalised pixels [3, S, S] as RGB bytes, row by row: the image as the model gets it. */
function coloursOf(pixels: Float32Array, { size, mean, std }: ClipConfig['image']): Uint8Array {
  const rgb = new Uint8Array(3 * size * size);
  for (let channel = 0; channel < 3; channel++)
    for (let at = 0; at < size * size; at++) {
      const value = 255 * (pixels[channel * size * size + at]! * std[channel]! + mean[channel]!);
      rgb[3 * at + channel] = Math.max(0, Math.min(255, Math.round(value)));
    }
  return rgb;
}
