import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { size, type Weights } from '../../engine';
import type { ClipConfig } from '../config';
import type { CompanionFiles } from '../layouts/layout';
import { layouts } from '../layouts/layouts';
import { ELEMENT_TYPES, type WeightType } from '../safetensors/element-type';
import { writeSafetensors } from '../safetensors/write-safetensors';
import { createTokenizer } from '../tokenizer/clip-tokenizer';
import type { Checkpoint } from './checkpoint';
import { placements, take } from './stored-parts';

/**
 * Writes `weights` as the checkpoint was stored: same layout, file names, element types and configuration. Weights that
 * were not changed are written bit for bit.
 */
export async function writeCheckpoint(folder: string, { config, stored }: Checkpoint, weights: Weights): Promise<void> {
  const { tensors, companions, metadata, file } = stored;
  const partsOf = layouts[config.layout].parts(config, new Set(tensors.map(({ name }) => name)));
  const places = placements(config, partsOf);
  await mkdir(folder, { recursive: true });
  await writeCompanions(folder, companions);
  await writeSafetensors(
    join(folder, file),
    tensors.map((tensor) => ({
      ...tensor,
      bytes: () => tensor.bytes ?? ELEMENT_TYPES[tensor.dtype].weight.encode(take(places.get(tensor.name)!, weights)),
    })),
    metadata,
  );
}

export async function writeCompanions(folder: string, companions: CompanionFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of companions) await writeFile(join(folder, name), bytes);
}

/**
 * A checkpoint for weights that come from no file, such as freshly initialised ones.
 *
 * @param tokenizerFiles as `clipTokenizerFiles` makes them
 * @throws when the layout cannot hold the architecture: Hugging Face's CLIPModel has no ResNet
 */
export function newCheckpoint(
  config: ClipConfig,
  weights: Weights,
  tokenizerFiles: CompanionFiles,
  dtype: WeightType = 'F32',
): Checkpoint {
  const layout = layouts[config.layout];
  const places = [...placements(config, layout.parts(config, new Set())).values()];
  for (const [name, { shape, data }] of weights)
    if (data.length !== size(shape))
      throw new Error(`newCheckpoint: weight ${name} has ${data.length} values, not [${shape}]`);
  const companions = new Map([...layout.configFiles(config), ...tokenizerFiles]);
  return {
    config,
    weights,
    tokenizer: createTokenizer(companions, config.text, 'the new checkpoint'),
    stored: {
      file: layout.weightsFile,
      tensors: places.map(({ name, shape }) => ({ name, shape, dtype })),
      // transformers refuses a file that does not say which framework wrote it.
      metadata: { format: 'pt' },
      companions,
    },
  };
}
