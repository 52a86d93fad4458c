import { size, type Weights } from '../../engine';
import { parameterShapes } from '../model/parameter-shapes';
import { isWeightType } from '../safetensors/element-type';
import type { Checkpoint, StoredTensor } from './checkpoint';
import { openCheckpoint } from './open-checkpoint';
import { place } from './stored-parts';

/**
 * Reads a checkpoint in the layout of Hugging Face, OpenCLIP or OpenAI.
 *
 * @param path a folder, or a safetensors file with its configuration beside it
 * @throws CheckpointRefused when the files cannot be used as they are; the message says what to do
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const open = await openCheckpoint(path);
  const { config, tokenizer, file, metadata, companions } = open;
  try {
    const weights: Weights = new Map(
      [...parameterShapes(config)].map(([name, shape]) => [name, { shape, data: new Float32Array(size(shape)) }]),
    );
    const tensors: StoredTensor[] = [];
    for (const { name, dtype, shape } of open.tensors) {
      const placement = open.placements.get(name);
      if (placement) place(await open.values(name), placement, weights);
      tensors.push(
        placement && isWeightType(dtype)
          ? { name, dtype, shape }
          : { name, dtype, shape, bytes: await open.bytes(name) },
      );
    }
    return { config, weights, tokenizer, stored: { file, tensors, metadata, companions } };
  } finally {
    await open.close();
  }
}
