import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CompanionFiles } from '../layouts/layout';
import { CheckpointRefused } from '../refusal';
import { ConfigObject } from './config-file';

/** The files of a checkpoint: one or several with weights, and those beside them that describe them. */
export interface LocatedCheckpoint {
  folder: string;
  weightFiles: readonly string[];
  companions: CompanionFiles;
}

/** Weight files in the order in which open_clip and transformers prefer them. */
const WEIGHT_FILES = ['open_clip_model.safetensors', 'open_clip_pytorch_model.safetensors', 'model.safetensors'];

const SHARD_INDEX = 'model.safetensors.index.json';

const COMPANIONS = [
  'config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'open_clip_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
];

/** Far above the 4 MB of CLIP's tokenizer.json; what is larger is not one. */
const MAX_COMPANION_BYTES = 64 * 2 ** 20;

/** Finds the files of the checkpoint at `path`, a folder or a safetensors file. */
export async function locateCheckpoint(path: string): Promise<LocatedCheckpoint> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new CheckpointRefused('NOT_FOUND', 'There is no such file or folder.', path);
  const folder = found.isDirectory() ? path : dirname(path);
  const names = new Set(await readdir(folder));
  const companions = await readCompanions(folder, names);
  const weightFiles = found.isDirectory() ? await weightFilesOf(folder, names) : [basename(path)];
  return { folder, weightFiles, companions };
}

async function weightFilesOf(folder: string, names: ReadonlySet<string>): Promise<string[]> {
  // A folder published for both libraries has both files; Hugging Face's is the one that config.json describes.
  const preferred = names.has('config.json') ? [...WEIGHT_FILES].reverse() : WEIGHT_FILES;
  const known = preferred.find((name) => names.has(name));
  if (known) return [known];
  if (names.has(SHARD_INDEX)) return shards(await ConfigObject.read(join(folder, SHARD_INDEX)));
  const others = [...names].filter((name) => name.endsWith('.safetensors'));
  if (others.length === 1) return others;
  const pickled = [...names].find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  throw new CheckpointRefused(
    'NOT_FOUND',
    others.length > 1
      ? `There are several safetensors files (${others.join(', ')}); name the one you mean.`
      : pickled
        ? `${pickled} is a Python pickle, which runs code when it is read. Convert it to safetensors first.`
        : `There is no safetensors file; ${WEIGHT_FILES.join(', ')} are looked for.`,
    folder,
  );
}

/** The files of a checkpoint cut in pieces. They must lie in the same folder: the index is somebody else's text. */
function shards(index: ConfigObject): string[] {
  const map = index.get('weight_map');
  const files = [...new Set(Object.values(typeof map === 'object' && map !== null ? map : {}))];
  const inFolder = files.every(
    (file) => typeof file === 'string' && basename(file) === file && file.endsWith('.safetensors'),
  );
  if (files.length === 0 || !inFolder) index.refuse('weight_map', 'an object of file names in the same folder');
  return files as string[];
}

async function readCompanions(folder: string, names: ReadonlySet<string>): Promise<CompanionFiles> {
  const companions = new Map<string, Uint8Array>();
  for (const name of COMPANIONS.filter((candidate) => names.has(candidate))) {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size > MAX_COMPANION_BYTES)
      throw new CheckpointRefused(
        'MALFORMED_CONFIG',
        `The file has ${size} bytes, too many for what it should be.`,
        path,
      );
    companions.set(name, await readFile(path));
  }
  return companions;
}
