import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointRefused } from '../refusal';
import { ELEMENT_TYPES, isWeightType } from './element-type';
import { MAX_HEADER_BYTES, parseHeader, type SafetensorsHeader, type TensorEntry } from './header';

/** An open safetensors file: its header is checked, its tensors are read one at a time. */
export interface SafetensorsFile extends SafetensorsHeader {
  path: string;
  /** The tensor's bytes as they are. */
  bytes(tensor: TensorEntry): Promise<Uint8Array>;
  /** The tensor's values as float32. Refuses other than floating types, and NaN or infinite values. */
  values(tensor: TensorEntry): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a safetensors file. Throws `CheckpointRefused` when the file is not one, was cut short or contradicts itself. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new CheckpointRefused(
      error.code === 'ENOENT' ? 'NOT_FOUND' : 'UNREADABLE',
      error.code === 'ENOENT' ? 'There is no such file.' : `The file cannot be opened (${error.code}).`,
      path,
    );
  });
  try {
    const header = await readHeader(handle, path);
    const bytes = (tensor: TensorEntry) =>
      readExactly(handle, header.dataStart + tensor.begin, tensor.end - tensor.begin, path);
    return {
      ...header,
      path,
      bytes,
      async values(tensor) {
        const { name, dtype } = tensor;
        if (!isWeightType(dtype))
          throw new CheckpointRefused(
            'UNSUPPORTED_DTYPE',
            `Tensor ${name} is ${dtype}; weights must be F32, F16 or BF16. Convert the checkpoint first.`,
            path,
          );
        const raw = await bytes(tensor);
        const { weight, bytes: width } = ELEMENT_TYPES[dtype];
        const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
        const values = weight.decode(view, raw.byteLength / width);
        const bad = firstNotFinite(values);
        if (bad >= 0)
          throw new CheckpointRefused(
            'NOT_FINITE',
            `Tensor ${name} holds ${values[bad]} at element ${bad}. The checkpoint is damaged or its training diverged; use an earlier one.`,
            path,
          );
        return values;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** -1 where there is none. A difference with itself is not zero only for NaN and infinity, and costs a tenth of a callback. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
}

async function readHeader(handle: FileHandle, path: string): Promise<SafetensorsHeader> {
  const { size } = await handle.stat();
  const refuse = (why: string): never => {
    throw new CheckpointRefused('MALFORMED_HEADER', `${why}. Is this a safetensors file, wholly downloaded?`, path);
  };
  if (size < 8) refuse(`The file has ${size} bytes, too few for a header`);
  const prefix = await readExactly(handle, 0, 8, path);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(size - 8, MAX_HEADER_BYTES)))
    refuse(`The header claims ${length} bytes, more than the file holds or the format allows`);
  const text = await readExactly(handle, 8, Number(length), path);
  let json = '';
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    refuse('The header is not UTF-8 text');
  }
  const dataStart = 8 + Number(length);
  return parseHeader(json, dataStart, size - dataStart, path);
}

/** A fresh buffer, so that float32 data is aligned and nothing else shares it. */
async function readExactly(handle: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    // One read call moves at most 2 GB.
    const { bytesRead } = await handle.read(buffer, done, Math.min(length - done, 1 << 30), position + done);
    if (bytesRead === 0) throw new CheckpointRefused('UNREADABLE', 'The file became shorter while it was read.', path);
    done += bytesRead;
  }
  return buffer;
}
