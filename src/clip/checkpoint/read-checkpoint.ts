import { join } from 'node:path';
import { size, type Weights } from '../../engine';
import { type ClipConfig, type Layout, type TextConfig } from '../config';
import { readHuggingFaceConfig } from '../layouts/hugging-face';
import { layouts } from '../layouts/layouts';
import { readOpenClipConfig } from '../layouts/open-clip';
import { inferOpenaiConfig } from '../layouts/openai';
import { parameterShapes } from '../model/parameter-shapes';
import { CheckpointRefused } from '../refusal';
import { isWeightType } from '../safetensors/element-type';
import type { TensorEntry } from '../safetensors/header';
import { openSafetensors, type SafetensorsFile } from '../safetensors/read-safetensors';
import { createTokenizer } from '../tokenizer/clip-tokenizer';
import type { Checkpoint, StoredTensor } from './checkpoint';
import { ConfigObject } from './config-file';
import { type LocatedCheckpoint, locateCheckpoint } from './locate-checkpoint';
import { place, placements } from './stored-parts';

/** What files carry beside the weights: index tables, counters, sizes. They are kept, and written back, unread. */
const IGNORED = /(^|\.)(position_ids|num_batches_tracked|attn_mask)$|^(input_resolution|context_length|vocab_size)$/;

interface Located {
  tensor: TensorEntry;
  file: SafetensorsFile;
}

/**
 * Reads a checkpoint in the layout of Hugging Face, OpenCLIP or OpenAI.
 *
 * @param path a folder, or a safetensors file with its configuration beside it
 * @throws CheckpointRefused when the files cannot be used as they are; the message says what to do
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const located = await locateCheckpoint(path);
  const files: SafetensorsFile[] = [];
  try {
    for (const name of located.weightFiles) files.push(await openSafetensors(join(located.folder, name)));
    const tensors = index(files);
    const config = readConfig(located, tensors);
    const partsOf = layouts[config.layout].parts(config, new Set(tensors.keys()));
    const expected = placements(config, partsOf);
    checkTensors(tensors, expected, files[0]!.path);

    const weights: Weights = new Map(
      [...parameterShapes(config)].map(([name, shape]) => [name, { shape, data: new Float32Array(size(shape)) }]),
    );
    const stored: StoredTensor[] = [];
    for (const [name, { tensor, file }] of tensors) {
      const { dtype, shape } = tensor;
      const placement = expected.get(name);
      if (placement) place(await file.values(tensor), placement, weights);
      stored.push(
        placement && isWeightType(dtype)
          ? { name, dtype, shape }
          : { name, dtype, shape, bytes: await file.bytes(tensor) },
      );
    }
    const tokenizer = createTokenizer(located.companions, config.text, located.folder);
    const text: TextConfig = { ...config.text, startToken: tokenizer.startToken, eotToken: tokenizer.eotToken };
    return {
      config: { ...config, text },
      weights,
      tokenizer,
      stored: {
        file: located.weightFiles.length === 1 ? located.weightFiles[0]! : layouts[config.layout].weightsFile,
        tensors: stored,
        metadata: files[0]!.metadata,
        companions: located.companions,
      },
    };
  } finally {
    for (const file of files) await file.close();
  }
}

function index(files: readonly SafetensorsFile[]): Map<string, Located> {
  const tensors = new Map<string, Located>();
  for (const file of files)
    for (const tensor of file.tensors) {
      if (tensors.has(tensor.name))
        throw new CheckpointRefused('MALFORMED_HEADER', `Tensor ${tensor.name} is in two files.`, file.path);
      tensors.set(tensor.name, { tensor, file });
    }
  return tensors;
}

function readConfig(
  { folder, companions, weightFiles }: LocatedCheckpoint,
  tensors: ReadonlyMap<string, Located>,
): ClipConfig {
  const object = (name: string): ConfigObject | undefined => {
    const bytes = companions.get(name);
    return bytes && ConfigObject.parse(Buffer.from(bytes).toString('utf8'), join(folder, name));
  };
  const openClipConfig = object('open_clip_config.json');
  const config = object('config.json');
  // In a folder published for both libraries, the names in the chosen file decide.
  const layout: Layout =
    config && (!openClipConfig || tensors.has('text_projection.weight'))
      ? 'hugging-face'
      : openClipConfig
        ? 'open-clip'
        : 'openai';
  if (layout === 'hugging-face')
    return readHuggingFaceConfig(
      config!,
      object('preprocessor_config.json') ?? object('processor_config.json')?.object('image_processor'),
    );
  if (layout === 'open-clip') return readOpenClipConfig(openClipConfig!);
  const shapes = new Map([...tensors].map(([name, { tensor }]) => [name, tensor.shape]));
  return inferOpenaiConfig(shapes, join(folder, weightFiles[0]!));
}

function checkTensors(
  tensors: ReadonlyMap<string, Located>,
  expected: ReadonlyMap<string, { shape: readonly number[] }>,
  path: string,
): void {
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0)
    throw new CheckpointRefused(
      'MISSING_TENSOR',
      `${list(missing)} missing, which the configuration asks for. Is it the configuration of this file?`,
      path,
    );
  for (const [name, { tensor, file }] of tensors) {
    const shape = expected.get(name)?.shape;
    if (!shape && IGNORED.test(name)) continue;
    if (!shape)
      throw new CheckpointRefused(
        'UNEXPECTED_TENSOR',
        `Tensor ${name} has no place in this architecture. Is it the configuration of this file, and a plain CLIP?`,
        file.path,
      );
    // OpenCLIP may store the scalar logit scale as a vector of one.
    if (String(tensor.shape) !== String(shape) && !(shape.length === 0 && String(tensor.shape) === '1'))
      throw new CheckpointRefused(
        'WRONG_SHAPE',
        `Tensor ${name} is [${tensor.shape}]; the configuration asks for [${shape}].`,
        file.path,
      );
  }
}

const list = (names: readonly string[]): string =>
  names.length === 1
    ? `Tensor ${names[0]} is`
    : `${names.length} tensors (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''}) are`;
