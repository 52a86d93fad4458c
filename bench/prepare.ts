import { join } from 'node:path';
import { clipTokenizerFiles, initialise, newCheckpoint, writeCheckpoint } from '../src/clip';
import { writeSafetensors } from '../src/clip/safetensors/write-safetensors';
import type { Case } from './cases';
import { benchBatch } from './training-step';

/** Writes the weights and the batch that both contestants read; returns the two paths. */
export async function prepare(
  { config, batch, ...rest }: Case,
  folder: string,
): Promise<{ model: string; batch: string }> {
  const weights = initialise(config, 1);
  // A fresh block is the identity, its convolutions' gradients zero; a trained one is not.
  for (const [name, { data }] of weights) if (name.endsWith('bn3.weight')) data.fill(0.5);
  const model = join(folder, 'model');
  const tokenizer = clipTokenizerFiles(config.text.contextLength, config.text.vocabSize - 514);
  await writeCheckpoint(model, newCheckpoint(config, weights, tokenizer), weights);

  const { pixels, ids } = benchBatch({ config, batch, ...rest });
  const { size } = config.image;
  const bytes = (array: Float32Array | BigInt64Array) => () => new Uint8Array(array.buffer);
  const file = join(folder, 'batch.safetensors');
  await writeSafetensors(file, [
    { name: 'pixels', dtype: 'F32', shape: [batch, 3, size, size], bytes: bytes(pixels) },
    { name: 'ids', dtype: 'I64', shape: [batch, config.text.contextLength], bytes: bytes(ids) },
  ]);
  return { model, batch: file };
}
