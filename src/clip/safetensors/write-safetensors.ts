import { open, rename, rm } from 'node:fs/promises';
import { ELEMENT_TYPES, type ElementName } from './element-type';

/** A tensor to be written: its bytes are asked for only when their turn comes, so that a large checkpoint is never whole in memory twice. */
export interface TensorSource {
  name: string;
  dtype: ElementName;
  shape: readonly number[];
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** Writes a safetensors file in the order given. The file appears under its name only once it is complete. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Record<string, string> = {},
): Promise<void> {
  const sizes = tensors.map(({ shape, dtype }) => shape.reduce((n, extent) => n * extent, ELEMENT_TYPES[dtype].bytes));
  const header = encodeHeader(tensors, sizes, metadata);
  const partial = `${path}.partial`;
  const handle = await open(partial, 'w');
  try {
    await handle.writeFile(header);
    for (const [i, tensor] of tensors.entries()) {
      const bytes = await tensor.bytes();
      if (bytes.byteLength !== sizes[i])
        throw new Error(`internal: tensor ${tensor.name} has ${bytes.byteLength} bytes, its shape says ${sizes[i]}`);
      await handle.writeFile(bytes);
    }
    await handle.sync();
    await handle.close();
    await rename(partial, path);
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
}

function encodeHeader(tensors: readonly TensorSource[], sizes: number[], metadata: Record<string, string>): Buffer {
  let at = 0;
  const entries = tensors.map(({ name, dtype, shape }, i) => {
    const begin = at;
    at += sizes[i]!;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const metadataEntry = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : [];
  const json = Buffer.from(JSON.stringify(Object.fromEntries([...metadataEntry, ...entries])));
  // The format asks for data aligned to eight bytes, reached by trailing spaces.
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}
