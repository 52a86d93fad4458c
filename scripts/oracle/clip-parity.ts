import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildClip,
  type Checkpoint,
  clipTokenizerFiles,
  contrastiveLoss,
  exportTextEncoder,
  type Layout,
  newCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../src/clip';
import { placements, take } from '../../src/clip/checkpoint/stored-parts';
import { layouts } from '../../src/clip/layouts/layouts';
import { openSafetensors } from '../../src/clip/safetensors/read-safetensors';
import { forward, grad, input, type Weights } from '../../src/engine';
import { createSession } from '../../src/runtime';

/**
 * Compares CLIP with transformers and open_clip on random models: embeddings, gradients of the contrastive loss, and
 * whether they load what we export.
 *
 *     npm run oracle:clip -- --python venv/bin/python [--out docs/results/clip-parity.md] [--log FILE] [CASE ...]
 *
 * Results are kept in the log, and what it has is not computed again.
 *
 * The Python needs torch, transformers and open_clip_torch. The largest case needs 10 GB of memory and 4 GB of disk.
 */
const CASES = [
  'tiny-vit-hugging-face',
  'tiny-vit-open-clip',
  'tiny-vit-openai',
  'tiny-resnet-open-clip',
  'tiny-resnet-openai',
  'vit-b-32-hugging-face',
  'vit-b-32-open-clip',
  'rn50-open-clip',
  'rn50-openai',
  'vit-l-14-hugging-face',
];
const MODELS = join(__dirname, '../../../scripts/oracle/clip_models.py');

interface Result {
  name: string;
  dtype: string;
  image: number;
  text: number;
  gradient: number;
  worst: { name: string; error: number };
  /** PyTorch's float32 gradients against its float64 ones; not known of the largest model. */
  own?: { gradient: number; worst: number };
  exports: Record<string, number>;
}

async function tensors(path: string): Promise<Weights> {
  const file = await openSafetensors(path);
  const weights: Weights = new Map();
  for (const tensor of file.tensors) {
    const bytes = await file.bytes(tensor);
    const data =
      tensor.dtype === 'I64' ? Float32Array.from(new BigInt64Array(bytes.buffer), Number) : await file.values(tensor);
    weights.set(tensor.name, { shape: tensor.shape, data });
  }
  await file.close();
  return weights;
}

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((total, value) => total + value * value, 0));
const difference = (a: Float32Array, b: Float32Array): number => norm(a.map((value, i) => value - b[i]!));
const relative = (a: Float32Array, b: Float32Array): number => difference(a, b) / norm(b);

async function compute(checkpoint: Checkpoint, expected: Weights): Promise<Weights> {
  const clip = buildClip(checkpoint.config);
  const pixels = expected.get('pixels')!;
  const ids = expected.get('ids')!;
  const image = clip.encodeImage(input('pixels', pixels.shape));
  const text = clip.encodeText(input('ids', ids.shape, 'int64'));
  const gradients = grad(contrastiveLoss(image, text, clip.logitScale), [...clip.parameters]);
  const names = clip.parameters.map(({ node }) => (node.op === 'parameter' ? node.attributes.name : ''));
  const session = await createSession(
    forward({ image, text, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${names[i]}`, gradient])) }),
    { threads: 1 },
  );
  session.loadState(checkpoint.weights);
  const outputs = await session.run({ pixels: pixels.data, ids: BigInt64Array.from(ids.data, BigInt) });
  await session.dispose();
  const shape = (name: string) => checkpoint.weights.get(name.slice('gradient '.length))?.shape ?? [];
  return new Map(
    Object.entries(outputs).map(([name, data]) => [name, { shape: shape(name), data: data as Float32Array }]),
  );
}

/** Of every tensor's gradient, and of all together. A key's bias has none: what is below a millionth of the whole is rounding. */
function compareGradients(checkpoint: Checkpoint, actual: Weights, expected: Weights) {
  const stored = new Set(checkpoint.stored.tensors.map(({ name }) => name));
  const places = placements(checkpoint.config, layouts[checkpoint.config.layout].parts(checkpoint.config, stored));
  const ours: Weights = new Map([...actual].map(([name, value]) => [name.replace('gradient ', ''), value]));
  const whole = Math.hypot(...[...expected.values()].map(({ data }) => norm(data)));
  let squares = 0;
  let worst = { name: '', error: 0 };
  for (const [name, { data }] of expected) {
    const distance = difference(take(places.get(name)!, ours), data);
    squares += distance ** 2;
    const error = distance / Math.max(norm(data), 1e-6 * whole);
    if (norm(data) > 1e-6 * whole && error > worst.error) worst = { name, error };
  }
  return { gradient: Math.sqrt(squares) / whole, worst };
}

/** Writes the checkpoint in every layout that can hold it, and its text encoder alone; returns what PyTorch makes of them. */
async function exported(
  checkpoint: Checkpoint,
  folder: string,
  python: (...args: string[]) => string,
): Promise<Record<string, number>> {
  const { config, weights } = checkpoint;
  const all: Layout[] = ['hugging-face', 'open-clip', 'openai'];
  // CLIPModel has no ResNet; a bare state dict does not name its activation, and OpenAI's loader takes quick_gelu.
  const possible = all.filter((layout) =>
    layout === 'hugging-face' ? config.family === 'vit' : layout === 'open-clip' || config.activation === 'quick_gelu',
  );
  const targets: string[] = [];
  for (const layout of possible) {
    const target = join(folder, `as-${layout}`);
    const tokenizer = clipTokenizerFiles(config.text.contextLength);
    const copy = layout === config.layout ? checkpoint : newCheckpoint({ ...config, layout }, weights, tokenizer);
    await writeCheckpoint(target, copy, weights);
    targets.push(`${layout}=${target}`);
  }
  const encoder = join(folder, 'diffusers');
  await exportTextEncoder(encoder, checkpoint, weights);
  targets.push(`text encoder=${join(encoder, 'text_encoder')}`);
  return JSON.parse(python('verify', join(folder, 'expected.safetensors'), ...targets));
}

async function parity(name: string, executable: string): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-oracle-'));
  const python = (...args: string[]) =>
    execFileSync(executable, [MODELS, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split('\n')
      .at(-1)!;
  try {
    python('make', name, join(folder, 'case'));
    const expected = await tensors(join(folder, 'case/expected.safetensors'));
    const checkpoint = await readCheckpoint(join(folder, 'case/model'));
    const actual = await compute(checkpoint, expected);
    const gradients = await tensors(join(folder, 'case/gradients.safetensors'));
    const own = expected.get('own')?.data;
    return {
      name,
      dtype: checkpoint.stored.tensors.find(({ bytes }) => !bytes)!.dtype,
      image: relative(actual.get('image')!.data, expected.get('image')!.data),
      text: relative(actual.get('text')!.data, expected.get('text')!.data),
      ...compareGradients(checkpoint, actual, gradients),
      own: own && { gradient: own[0]!, worst: own[1]! },
      exports: await exported(checkpoint, join(folder, 'case'), python),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const scientific = (value: number): string => value.toExponential(1);

function report(results: readonly Result[], versions: string): string {
  const rows = results.map(({ name, dtype, image, text, gradient, worst, own, exports }) =>
    [
      name,
      dtype,
      scientific(image),
      scientific(text),
      scientific(gradient),
      `${scientific(worst.error)} (${worst.name})`,
      own ? `${scientific(own.gradient)}, ${scientific(own.worst)}` : '',
      Object.entries(exports)
        .map(([layout, error]) => `${layout} ${scientific(error)}`)
        .join(', '),
    ].join(' | '),
  );
  return `# CLIP against transformers and open_clip

    python -m venv venv && venv/bin/pip install torch transformers open_clip_torch
    npm run oracle:clip -- --python venv/bin/python --out docs/results/clip-parity.md

Random models with random biases, norms and running statistics, made by ${versions}, read by \`readCheckpoint\` and run by
ONNX Runtime on the CPU. All numbers are relative L2 errors, in float32 on both sides; weights stored in fewer bits are
the same numbers on both sides. Tolerances: 1e-4 for embeddings, 1e-3 for the gradients of the contrastive loss.
"PyTorch's own" is how far its float32 gradients are from its float64 ones on the same model: where that is large, the model is
badly conditioned (a ReLU that rounding turns on or off), and no float32 program can agree better.
The last column is what transformers (\`CLIPModel.from_pretrained\`, \`CLIPTextModel.from_pretrained\`) and open_clip
(\`create_model\`; OpenAI's builder for its state dicts) compute with the files that we wrote, in the checkpoint's own layout
and in the others, against the model that the checkpoint came from.

| model | stored as | image embedding | text embedding | all gradients together | worst tensor’s gradient | PyTorch’s own: all, worst | our exports, loaded there |
|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

/** Results of an earlier, interrupted run: the large cases take minutes each. */
const logged = (path: string): Result[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
    : [];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      python: { type: 'string', default: 'python3' },
      out: { type: 'string' },
      log: { type: 'string', default: join(tmpdir(), 'clip-parity.jsonl') },
    },
    allowPositionals: true,
  });
  const earlier = logged(values.log);
  const results: Result[] = [];
  for (const name of positionals.length > 0 ? positionals : CASES) {
    console.error(name);
    const known = earlier.find((result) => result.name === name);
    const result = known ?? (await parity(name, values.python));
    results.push(result);
    if (!known) appendFileSync(values.log, `${JSON.stringify(result)}\n`);
  }
  const versions = execFileSync(values.python, [MODELS, 'versions'], { encoding: 'utf8' }).trim();
  console.log(report(results, versions));
  if (values.out) writeFileSync(values.out, report(results, versions));
  const failed = results.filter(
    ({ image, text, gradient, worst, own, exports }) =>
      Math.max(image, text, ...Object.values(exports)) > 1e-4 ||
      gradient > 1e-3 ||
      worst.error > Math.max(1e-3, 2 * (own?.worst ?? 0)),
  );
  if (failed.length > 0) throw new Error(`beyond the tolerance: ${failed.map(({ name }) => name).join(', ')}`);
}

void main();
