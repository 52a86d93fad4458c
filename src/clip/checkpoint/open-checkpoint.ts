import { join } from 'node:path';
import { size, type Weights, type WeightValue } from '../../engine';
import { type ClipConfig, type Layout, type TextConfig } from '../config';
import { readHuggingFaceConfig } from '../layouts/hugging-face';
import type { CompanionFiles } from '../layouts/layout';
import { layouts } from '../layouts/layouts';
import { readOpenClipConfig } from '../layouts/open-clip';
import { inferOpenaiConfig } from '../layouts/openai';
import { parameterShapes } from '../model/parameter-shapes';
import { CheckpointRefused } from '../refusal';
import type { TensorEntry } from '../safetensors/header';
import { openSafetensors, type SafetensorsFile } from '../safetensors/read-safetensors';
import { type ClipTokenizer, createTokenizer } from '../tokenizer/clip-tokenizer';
import { ConfigObject } from './config-file';
import { type LocatedCheckpoint, locateCheckpoint } from './locate-checkpoint';
import { type Placement, place, placements } from './stored-parts';

/** What files carry beside the weights: index tables, counters, sizes. They are kept, and written back, unread. */
const IGNORED = /(^|\.)(position_ids|num_batches_tracked|attn_mask)$|^(input_resolution|context_length|vocab_size)$/;

/** A checkpoint whose files are open and found to fit together; its tensors are read one at a time. */
export interface OpenCheckpoint {
  readonly config: ClipConfig;
  readonly tokenizer: ClipTokenizer;
  /** The name under which its weights are written back. */
  readonly file: string;
  /** The stored tensors, in their order. */
  readonly tensors: readonly TensorEntry[];
  /** Where a stored tensor belongs, by its name; those without a place are counters and tables. */
  readonly placements: ReadonlyMap<string, Placement>;
  readonly metadata: Record<string, string>;
  readonly companions: CompanionFiles;
  /** A stored tensor's bytes as they are. */
  bytes(name: string): Promise<Uint8Array>;
  /** A stored tensor's values. */
  values(name: string): Promise<Float32Array>;
  /** A weight under OpenAI's name, put together from the stored tensors that hold it. */
  weight(name: string): Promise<WeightValue>;
  close(): Promise<void>;
}

interface Located {
  tensor: TensorEntry;
  file: SafetensorsFile;
}

/**
 * Opens a checkpoint and checks all but the values. Close it.
 *
 * @param path a folder, or a safetensors file with its configuration beside it
 * @throws CheckpointRefused when the files cannot be used as they are; the message says what to do
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const located = await locateCheckpoint(path);
  const { folder, companions, weightFiles } = located;
  const files: SafetensorsFile[] = [];
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    for (const name of weightFiles) files.push(await openSafetensors(join(folder, name)));
    const tensors = index(files);
    const config = readConfig(located, tensors);
    const places = placements(config, layouts[config.layout].parts(config, new Set(tensors.keys())));
    checkTensors(tensors, places, files[0]!.path);
    const tokenizer = createTokenizer(companions, config.text, folder);
    const text: TextConfig = { ...config.text, startToken: tokenizer.startToken, eotToken: tokenizer.eotToken };
    const shapes = parameterShapes(config);
    const values = async (name: string) => {
      const { tensor, file } = tensors.get(name)!;
      return file.values(tensor);
    };
    return {
      config: { ...config, text },
      tokenizer,
      file: weightFiles.length === 1 ? weightFiles[0]! : layouts[config.layout].weightsFile,
      tensors: [...tensors.values()].map(({ tensor }) => tensor),
      placements: places,
      metadata: files[0]!.metadata,
      companions,
      bytes: async (name) => {
        const { tensor, file } = tensors.get(name)!;
        return file.bytes(tensor);
      },
      values,
      weight: async (name) => {
        const shape = shapes.get(name)!;
        const found = { shape, data: new Float32Array(size(shape)) };
        const one: Weights = new Map([[name, found]]);
        for (const part of places.values()) if (part.weight === name) place(await values(part.name), part, one);
        return found;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
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
