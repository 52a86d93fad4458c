import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElementName } from '../safetensors/element-type';
import { openSafetensors } from '../safetensors/read-safetensors';
import { type TensorSource, writeSafetensors } from '../safetensors/write-safetensors';
import { copyFixture, type FixtureModel } from './fixtures';

/** A copy of a fixture with its tensors changed by `edit`. */
export async function edited(name: FixtureModel, edit: (tensors: TensorSource[]) => TensorSource[]): Promise<string> {
  const folder = await copyFixture(name);
  const file = (await readdir(folder)).find((entry) => entry.endsWith('.safetensors'))!;
  await writeSafetensors(join(folder, file), edit(await tensorsOf(join(folder, file))));
  return folder;
}

/** All tensors of a file, read. */
export async function tensorsOf(path: string): Promise<TensorSource[]> {
  const opened = await openSafetensors(path);
  const tensors = await Promise.all(
    opened.tensors.map(async (tensor) => {
      const bytes = await opened.bytes(tensor);
      return { name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, bytes: () => bytes };
    }),
  );
  await opened.close();
  return tensors;
}

export const zeros = (name: string, dtype: ElementName, shape: number[], bytes: number): TensorSource => ({
  name,
  dtype,
  shape,
  bytes: () => new Uint8Array(bytes),
});

export const replaced = (tensors: TensorSource[], by: TensorSource): TensorSource[] =>
  tensors.map((tensor) => (tensor.name === by.name ? by : tensor));
