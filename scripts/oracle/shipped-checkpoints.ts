import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClip, type Checkpoint, preprocess, readCheckpoint } from '../../src/clip';
import { entries } from '../../src/data';
import { forward, input } from '../../src/engine';
import { nearest } from '../../src/metrics';
import { createSession } from '../../src/runtime';
import type { Python } from './python';
import { largestDifference, type NumberTensor, norm, readTensors, relative } from './tensors';

export interface ShippedResult {
  name: string;
  layout: string;
  images: number;
  texts: number;
  /** Texts whose token ids, padding included, are the library's. */
  sameTokens: number;
  /** Largest difference of a normalised pixel. */
  pixels: number;
  /** Relative L2 errors of the embeddings, each side from the image files and texts on. */
  image: number;
  text: number;
  /** Images whose nearest text is the same one. */
  sameAnswers: number;
}

/** Every so many of the evaluation images, which come class by class. */
const EVERY = 100;

/** Sentences of every kind: prompts, one longer than the context, capitals, accents, contractions, digits, emoji. */
const OTHER_TEXTS = [
  'a photo that shows a very long list of animals: cat, dog, bird, frog, deer, horse, snake, mouse, lion, bear, wolf and fox',
  "It's a CAT's   whisker, isn't it?",
  'ein Foto von 12 Löwen in 1990',
  '猫 🐈',
  '',
];

/** The folders under `folder` that hold a checkpoint. */
export const shippedCheckpoints = (folder: string): string[] =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory());

/** Loads a checkpoint with its own library as any user would, and compares what real images and texts become. */
export async function compareShipped(path: string, images: string, python: Python): Promise<ShippedResult> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-oracle-'));
  try {
    const checkpoint = await readCheckpoint(path);
    const { files, classes } = await sampled(images);
    const texts = [...classes.map((name) => `a photo of a ${name}`), ...OTHER_TEXTS];
    mkdirSync(join(folder, 'images'));
    for (const [i, bytes] of files.entries())
      writeFileSync(join(folder, 'images', `${String(i).padStart(3, '0')}.jpg`), bytes);
    writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
    const { layout } = checkpoint.config;
    python('use', layout, path, folder);
    const theirs = await readTensors(join(folder, 'theirs.safetensors'));
    const ours = await embedded(checkpoint, files, texts);
    const theirAnswers = answers(theirs.get('image')!, theirs.get('text')!);
    return {
      name: path,
      layout,
      images: files.length,
      texts: texts.length,
      sameTokens: texts.filter((_, row) => sameRow(ours.ids, theirs.get('ids')!, row)).length,
      pixels: largestDifference(ours.pixels.data, theirs.get('pixels')!.data),
      image: relative(ours.image, theirs.get('image')!),
      text: relative(ours.text, theirs.get('text')!),
      sameAnswers: answers(ours.image, ours.text).filter((text, i) => text === theirAnswers[i]).length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sampled(source: string): Promise<{ files: Buffer[]; classes: string[] }> {
  const files: Buffer[] = [];
  const classes = new Set<string>();
  let count = 0;
  for await (const entry of entries(source)) {
    if ('directory' in entry) continue;
    classes.add(entry.name.split('/').at(-2)!);
    if (count++ % EVERY === 0) files.push(entry.bytes);
  }
  return { files, classes: [...classes] };
}

async function embedded(
  { config, weights, tokenizer }: Checkpoint,
  files: readonly Buffer[],
  texts: readonly string[],
) {
  const { size } = config.image;
  const pixels = { shape: [files.length, 3, size, size], data: new Float32Array(files.length * 3 * size * size) };
  for (const [i, file] of files.entries()) pixels.data.set(await preprocess(config.image)(file), i * 3 * size * size);
  const tokens = texts.flatMap((text) => [...tokenizer.encode(text)]);
  const ids = { shape: [texts.length, config.text.contextLength], data: Float64Array.from(tokens, Number) };

  const clip = buildClip(config);
  const image = clip.encodeImage(input('pixels', pixels.shape));
  const text = clip.encodeText(input('ids', ids.shape, 'int64'));
  const session = await createSession(forward({ image, text }), { threads: 1 });
  session.loadState(weights);
  const outputs = await session.run({ pixels: pixels.data, ids: BigInt64Array.from(tokens) });
  await session.dispose();
  const output = (name: string, rows: number): NumberTensor => ({
    shape: [rows, config.embedDim],
    data: outputs[name] as Float32Array,
  });
  return { pixels, ids, image: output('image', files.length), text: output('text', texts.length) };
}

function row({ shape, data }: NumberTensor, index: number): Float32Array | Float64Array {
  const size = data.length / shape[0]!;
  return data.subarray(index * size, (index + 1) * size);
}

function sameRow(a: NumberTensor, b: NumberTensor, index: number): boolean {
  return String(row(a, index)) === String(row(b, index));
}

/** For each image the text whose embedding points most nearly the same way. */
function answers(images: NumberTensor, texts: NumberTensor): number[] {
  const rows = (of: NumberTensor) => Array.from({ length: of.shape[0]! }, (_, i) => Float32Array.from(row(of, i)));
  const directions = rows(texts).map((text) => {
    const length = norm(text);
    return text.map((value) => value / length);
  });
  return rows(images).map((image) => nearest(image, directions));
}
