import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Weights } from '../../engine';
import { huggingFaceTextConfig } from '../layouts/hugging-face';
import { huggingFaceTextParts } from '../layouts/hugging-face-names';
import { type CompanionFiles, jsonFile } from '../layouts/layout';
import { layouts } from '../layouts/layouts';
import { ELEMENT_TYPES, type WeightType } from '../safetensors/element-type';
import { writeSafetensors } from '../safetensors/write-safetensors';
import { clipTokenizerFiles } from '../tokenizer/clip-vocabulary';
import type { Checkpoint } from './checkpoint';
import { placements, take } from './stored-parts';
import { writeCompanions } from './write-checkpoint';

const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
];

/**
 * What transformers can load a text tower as. Stable Diffusion's encoder has no projection; SDXL's second one
 * (`text_encoder_2`) has CLIP's, and so its output is CLIP's text embedding.
 */
export type TextEncoder = 'CLIPTextModel' | 'CLIPTextModelWithProjection';

/**
 * Writes the text tower alone as a diffusion pipeline of diffusers has it: `text_encoder/` and `tokenizer/`. Copied over
 * those of a pipeline whose text encoder has the same sizes, they make it speak through this checkpoint. Element types
 * are those the checkpoint is stored in.
 */
export async function exportTextEncoder(
  folder: string,
  checkpoint: Checkpoint,
  weights: Weights,
  encoderClass: TextEncoder = 'CLIPTextModel',
): Promise<void> {
  const { config } = checkpoint;
  const types = storedTypes(checkpoint);
  const parts = huggingFaceTextParts(config, encoderClass === 'CLIPTextModelWithProjection');
  const tensors = [...placements(config, parts).values()].map((place) => {
    const dtype = types.get(place.weight)!;
    const bytes = () => ELEMENT_TYPES[dtype].weight.encode(take(place, weights));
    return { name: place.name, shape: place.shape, dtype, bytes };
  });
  const encoder = join(folder, 'text_encoder');
  await writeCompanions(encoder, new Map());
  await writeFile(
    join(encoder, 'config.json'),
    jsonFile({ architectures: [encoderClass], ...huggingFaceTextConfig(config) }),
  );
  await writeSafetensors(join(encoder, 'model.safetensors'), tensors, { format: 'pt' });
  await writeCompanions(join(folder, 'tokenizer'), tokenizerFiles(checkpoint));
}

function storedTypes({ config, stored }: Checkpoint): Map<string, WeightType> {
  const places = placements(
    config,
    layouts[config.layout].parts(config, new Set(stored.tensors.map(({ name }) => name))),
  );
  return new Map(
    stored.tensors.flatMap((tensor) =>
      tensor.bytes ? [] : [[places.get(tensor.name)!.weight, tensor.dtype] as const],
    ),
  );
}

/** A checkpoint without tokenizer files uses CLIP's own tokenizer. */
function tokenizerFiles({ config, stored }: Checkpoint): CompanionFiles {
  const own = [...stored.companions].filter(([name]) => TOKENIZER_FILES.includes(name));
  return own.length > 0 ? new Map(own) : clipTokenizerFiles(config.text.contextLength);
}
