import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildClip,
  type Checkpoint,
  clipTokenizerFiles,
  contrastiveLoss,
  exportTextEncoder,
  type Layout,
  newCheckpoint,
  readCheckpoint,
  type TextEncoder,
  writeCheckpoint,
} from '../../src/clip';
import { placements } from '../../src/clip/checkpoint/stored-parts';
import { layouts } from '../../src/clip/layouts/layouts';
import { forward, grad, input, interpret, type NdArray, type Tensor } from '../../src/engine';
import { createSession } from '../../src/runtime';
import {
  errorQuotients,
  type GradientDistance,
  type GradientError,
  gradientError,
  type Quotients,
} from './gradient-errors';
import type { Python } from './python';
import { asStored, distance, type NumberTensor, norm, readTensors, relative, type Tensors } from './tensors';

/** The models that clip_models.py can make. */
export const RANDOM_MODELS = [
  'tiny-vit-hugging-face',
  'tiny-vit-open-clip',
  'tiny-vit-openai',
  'tiny-resnet-open-clip',
  'tiny-resnet-openai',
  'small-rn50-open-clip',
  'vit-b-32-hugging-face',
  'vit-b-32-open-clip',
  'rn50-open-clip',
  'rn50-openai',
  'vit-l-14-hugging-face',
];

/** Relative L2 errors of embeddings and of the gradients of the contrastive loss. */
interface Errors {
  image: number;
  text: number;
  gradients: GradientError;
}

export interface RandomModelResult {
  name: string;
  dtype: string;
  /** Ours in float32 against PyTorch's in float32. */
  float32: Errors;
  /** Float32 gradients against PyTorch's float64 ones, ours and PyTorch's own; not known of the largest model. */
  rounding?: { ours: GradientError; torch: GradientError; quotients: Quotients };
  /** Our float64 interpreter against PyTorch's float64; of small models. */
  float64?: Errors;
  exports: Record<string, number>;
}

/** Above this many weights the interpreter, which is written for simplicity, takes hours. */
const INTERPRETED_WEIGHTS = 2e7;

/** Makes a random model in Python and compares everything that both sides can compute of it. */
export async function compareRandomModel(name: string, python: Python): Promise<RandomModelResult> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-oracle-'));
  try {
    python('make', name, join(folder, 'case'));
    const file = (of: string) => readTensors(join(folder, 'case', `${of}.safetensors`));
    const checkpoint = await readCheckpoint(join(folder, 'case/model'));
    const inputs = await file('inputs');
    const ours = await computed(checkpoint, inputs);
    const single = await file('float32');
    const double = await file('float64').catch(() => undefined);
    const size = [...checkpoint.weights.values()].reduce((total, { data }) => total + data.length, 0);
    return {
      name,
      dtype: checkpoint.stored.tensors.find(({ bytes }) => !bytes)!.dtype,
      float32: errors(checkpoint, ours, single),
      rounding: double && rounding(checkpoint, ours, single, double),
      float64:
        double && size < INTERPRETED_WEIGHTS ? errors(checkpoint, interpreted(checkpoint, inputs), double) : undefined,
      exports: await exported(checkpoint, folder, python),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const GRADIENT = 'gradient ';

/** Embeddings and gradients by weight, as symbolic tensors. */
function symbolic({ config }: Checkpoint, inputs: Tensors): Record<string, Tensor> {
  const clip = buildClip(config);
  const image = clip.encodeImage(input('pixels', inputs.get('pixels')!.shape));
  const text = clip.encodeText(input('ids', inputs.get('ids')!.shape, 'int64'));
  const gradients = grad(contrastiveLoss(image, text, clip.logitScale), [...clip.parameters]);
  const names = clip.parameters.map(({ node }) => (node.op === 'parameter' ? node.attributes.name : ''));
  return { image, text, ...Object.fromEntries(gradients.map((gradient, i) => [`${GRADIENT}${names[i]}`, gradient])) };
}

async function computed(checkpoint: Checkpoint, inputs: Tensors): Promise<Tensors> {
  const session = await createSession(forward(symbolic(checkpoint, inputs)), { threads: 1 });
  session.loadState(checkpoint.weights);
  const outputs = await session.run({
    pixels: Float32Array.from(inputs.get('pixels')!.data),
    ids: BigInt64Array.from(inputs.get('ids')!.data as ArrayLike<number>, BigInt),
  });
  await session.dispose();
  const shape = (name: string) => checkpoint.weights.get(name.slice(GRADIENT.length))?.shape ?? [];
  return new Map(
    Object.entries(outputs).map(([name, data]) => [name, { shape: shape(name), data: data as Float32Array }]),
  );
}

function interpreted(checkpoint: Checkpoint, inputs: Tensors): Tensors {
  const wide = ({ shape, data }: NumberTensor): NdArray => ({ shape, data: Float64Array.from(data) });
  const tensors = symbolic(checkpoint, inputs);
  const feeds = new Map([...inputs, ...checkpoint.weights].map(([name, value]) => [name, wide(value)]));
  const values = interpret(Object.values(tensors), feeds);
  return new Map(Object.keys(tensors).map((name, i) => [name, values[i]!]));
}

function errors(checkpoint: Checkpoint, ours: Tensors, theirs: Tensors): Errors {
  const embedding = (name: string) => relative(ours.get(name)!, theirs.get(name)!);
  const gradients = gradientError(distances(asStoredBy(checkpoint, ours), gradientsOf(theirs)));
  return { image: embedding('image'), text: embedding('text'), gradients };
}

function rounding(checkpoint: Checkpoint, ours: Tensors, single: Tensors, double: Tensors) {
  const exact = gradientsOf(double);
  const own = distances(gradientsOf(single), exact);
  const from = distances(asStoredBy(checkpoint, ours), exact);
  return { ours: gradientError(from), torch: gradientError(own), quotients: errorQuotients(from, own) };
}

type Gradients = ReadonlyMap<string, NumberTensor['data']>;

const distances = (of: Gradients, exact: Gradients): GradientDistance[] =>
  [...exact].map(([name, data]) => ({ name, norm: norm(data), distance: distance(of.get(name)!, data) }));

const gradientsOf = (tensors: Tensors): Gradients =>
  new Map(
    [...tensors].flatMap(([name, { data }]) =>
      name.startsWith(GRADIENT) ? [[name.slice(GRADIENT.length), data] as const] : [],
    ),
  );

/** Our gradients, cut and turned as the checkpoint stores the weights. */
function asStoredBy({ config, stored }: Checkpoint, ours: Tensors): Gradients {
  const names = new Set(stored.tensors.map(({ name }) => name));
  const places = placements(config, layouts[config.layout].parts(config, names));
  return new Map(
    [...places].flatMap(([name, place]) => {
      const gradient = ours.get(`${GRADIENT}${place.weight}`);
      return gradient ? [[name, asStored(place, gradient)] as const] : [];
    }),
  );
}

/** Writes the checkpoint in every layout that can hold it, and its text encoder alone; returns what PyTorch makes of them. */
async function exported(checkpoint: Checkpoint, folder: string, python: Python): Promise<Record<string, number>> {
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
  for (const encoder of ['CLIPTextModel', 'CLIPTextModelWithProjection'] satisfies TextEncoder[]) {
    await exportTextEncoder(join(folder, encoder), checkpoint, weights, encoder);
    targets.push(`${encoder}=${join(folder, encoder, 'text_encoder')}`);
  }
  return JSON.parse(python('verify', join(folder, 'case'), ...targets));
}
