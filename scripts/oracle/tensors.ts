import type { Placement } from '../../src/clip/checkpoint/stored-parts';
import { openSafetensors } from '../../src/clip/safetensors/read-safetensors';

export interface NumberTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}
export type Tensors = ReadonlyMap<string, NumberTensor>;

/** All tensors of a safetensors file; float64 stays float64. */
export async function readTensors(path: string): Promise<Tensors> {
  const file = await openSafetensors(path);
  const tensors = new Map<string, NumberTensor>();
  for (const tensor of file.tensors) {
    const { name, shape, dtype } = tensor;
    if (dtype === 'F64') tensors.set(name, { shape, data: new Float64Array((await file.bytes(tensor)).buffer) });
    else if (dtype === 'I64') {
      const whole = new BigInt64Array((await file.bytes(tensor)).buffer);
      tensors.set(name, { shape, data: Float64Array.from(whole, Number) });
    } else tensors.set(name, { shape, data: await file.values(tensor) });
  }
  await file.close();
  return tensors;
}

/** A weight's values in the order in which its file stores them, without rounding. */
export function asStored({ rows, transposed }: Placement, { shape, data }: NumberTensor): NumberTensor['data'] {
  if (transposed) {
    const [height, width] = shape as [number, number];
    return data.map((_, i) => data[(i % height) * width + Math.floor(i / height)]!);
  }
  if (!rows) return data;
  const rowSize = data.length / shape[0]!;
  return data.subarray(rows[0] * rowSize, rows[1] * rowSize);
}

export function norm(a: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! ** 2;
  return Math.sqrt(total);
}

/** ||a - b|| */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`tensors of ${a.length} and ${b.length} values cannot be compared`);
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(total);
}

/** ||a - b|| / ||b|| */
export const relative = (a: NumberTensor, b: NumberTensor): number => distance(a.data, b.data) / norm(b.data);

/** max |a - b| */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`tensors of ${a.length} and ${b.length} values cannot be compared`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
