import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../testing/fixtures';
import { fromHalf, toBrainFloat, toHalf } from './element-type';
import { openSafetensors } from './read-safetensors';
import { writeSafetensors } from './write-safetensors';

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

/** A file of exactly these parts, however they contradict each other. */
const file = (header: string | Uint8Array, data: Uint8Array, claimedLength?: bigint): Buffer => {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimedLength ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
};
const headerOf = (tensors: Record<string, Entry>): string => JSON.stringify(tensors);
const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]): Entry => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});
const sixteen = Buffer.alloc(16);

async function save(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'model.safetensors');
  await writeFile(path, bytes);
  return path;
}

describe('a lying or damaged header', () => {
  const good = headerOf({ a: f32(0, 8), b: f32(8, 16) });
  const cases: [string, Buffer, RegExp][] = [
    ['an empty file', Buffer.alloc(0), /too few/],
    ['seven bytes', Buffer.alloc(7), /too few/],
    ['a length beyond the file', file(good, sixteen, 1_000_000n), /claims 1000000 bytes/],
    ['a length of 2^63', file(good, sixteen, 1n << 63n), /claims/],
    ['a length that cuts the header', file(good, sixteen, 10n), /not valid JSON/],
    ['no JSON', file('{"a":', sixteen), /not valid JSON/],
    ['an array', file('[]', sixteen), /not a JSON object/],
    ['bytes that are not UTF-8', file(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), sixteen), /UTF-8/],
    ['data cut short', file(good, sixteen.subarray(0, 12)), /cut short/],
    ['overlapping tensors', file(headerOf({ a: f32(0, 8), b: f32(4, 12), c: f32(12, 16) }), sixteen), /inside/],
    ['two tensors of the same bytes', file(headerOf({ a: f32(0, 16), b: f32(0, 16) }), sixteen), /inside/],
    ['a hole', file(headerOf({ a: f32(0, 4), b: f32(8, 16) }), sixteen), /belong to no tensor/],
    ['bytes before the first tensor', file(headerOf({ a: f32(4, 16) }), sixteen), /belong to no tensor/],
    ['bytes after the last', file(headerOf({ a: f32(0, 8) }), sixteen), /belong to no tensor/],
    ['offsets the wrong way round', file(headerOf({ a: f32(8, 0, [2]) }), sixteen), /offsets span/],
    ['negative offsets', file(headerOf({ a: { ...f32(0, 8), data_offsets: [-8, 0] } }), sixteen), /data_offsets/],
    ['one offset', file(headerOf({ a: { ...f32(0, 8), data_offsets: [0] } }), sixteen), /data_offsets/],
    ['an unknown element type', file(headerOf({ a: { ...f32(0, 16), dtype: 'F99' } }), sixteen), /F99/],
    ['an element type from Object', file(headerOf({ a: { ...f32(0, 16), dtype: 'toString' } }), sixteen), /toString/],
    ['a shape of more than the bytes', file(headerOf({ a: f32(0, 16, [5]) }), sixteen), /20 bytes/],
    ['a shape whose product overflows', file(headerOf({ a: f32(0, 16, [2 ** 40, 2 ** 40]) }), sixteen), /offsets span/],
    ['a fractional shape', file(headerOf({ a: f32(0, 16, [2.5]) }), sixteen), /shape/],
    ['a negative shape', file(headerOf({ a: f32(0, 16, [-2, -2]) }), sixteen), /shape/],
    ['a tensor that is no object', file('{"a":1}', sixteen), /not described/],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}', Buffer.alloc(0)), /__metadata__/],
    ['a name twice', file(`{"a":${JSON.stringify(f32(0, 8))},"a":${JSON.stringify(f32(8, 16))}}`, sixteen), /twice/],
    [
      'a name twice, once in disguise',
      file(`{"a":${JSON.stringify(f32(0, 8))},"\\u0061" :${JSON.stringify(f32(8, 16))}}`, sixteen),
      /twice/,
    ],
  ];
  it.each(cases)('refuses %s', async (_, bytes, message) => {
    const path = await save(bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'MALFORMED_HEADER', path });
    await expect(openSafetensors(path)).rejects.toThrow(message);
  });

  it('accepts the same file told truthfully', async () => {
    const opened = await openSafetensors(await save(file(good, sixteen)));
    expect(opened.tensors.map(({ name }) => name)).toEqual(['a', 'b']);
    await opened.close();
  });

  it('names a file that is not there', async () => {
    await expect(openSafetensors('/nowhere/model.safetensors')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('values', () => {
  const read = async (dtype: string, bytes: Uint8Array, elements: number) => {
    const header = headerOf({ w: { dtype, shape: [elements], data_offsets: [0, bytes.length] } });
    const opened = await openSafetensors(await save(file(header, bytes)));
    try {
      return await opened.values(opened.tensors[0]!);
    } finally {
      await opened.close();
    }
  };
  const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);

  it.each([
    ['F32', new Uint8Array(Float32Array.from([1, Number.NaN]).buffer)],
    ['F32', new Uint8Array(Float32Array.from([1, Number.NEGATIVE_INFINITY]).buffer)],
    ['F16', words(0x3c00, 0x7e00)],
    ['F16', words(0x3c00, 0x7c00)],
    ['BF16', words(0x3f80, 0x7fc0)],
    ['BF16', words(0x3f80, 0xff80)],
  ])('refuse NaN and infinity in %s', async (dtype, bytes) => {
    await expect(read(dtype, bytes, 2)).rejects.toMatchObject({ code: 'NOT_FINITE' });
    await expect(read(dtype, bytes, 2)).rejects.toThrow(/element 1/);
  });

  it.each([
    ['F64', 8],
    ['I64', 8],
    ['I8', 1],
    ['F8_E4M3', 1],
  ])('refuse weights of %s', async (dtype, width) => {
    await expect(read(dtype, Buffer.alloc(2 * width), 2)).rejects.toMatchObject({ code: 'UNSUPPORTED_DTYPE' });
  });

  it('come back from every half-precision and bfloat16 number as the same bits', () => {
    const changed: number[] = [];
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) !== 0x7c00 && toHalf(fromHalf(bits)) !== bits) changed.push(bits);
      const brain = new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
      if (Number.isFinite(brain) && toBrainFloat(brain) !== bits) changed.push(bits);
    }
    expect(changed).toEqual([]);
  });

  it('round to the nearest half, ties to even', () => {
    const ulp = 2 ** -10;
    expect(fromHalf(toHalf(1 + 0.5 * ulp))).toBe(1);
    expect(fromHalf(toHalf(1 + 1.5 * ulp))).toBe(1 + 2 * ulp);
    expect(fromHalf(toHalf(1 + 0.51 * ulp))).toBe(1 + ulp);
    expect(fromHalf(toHalf(-(2 ** -25)))).toBe(-0);
    expect(fromHalf(toHalf(1.01 * 2 ** -25))).toBe(2 ** -24);
    expect(fromHalf(toHalf(2 ** -14 - 2 ** -26))).toBe(2 ** -14);
    expect(fromHalf(toHalf(65519))).toBe(65504);
    expect(fromHalf(toHalf(65520))).toBe(Number.POSITIVE_INFINITY);
    expect(toBrainFloat(1 + 2 ** -8)).toBe(0x3f80);
    expect(toBrainFloat(1 + 3 * 2 ** -8)).toBe(0x3f82);
  });
});

describe('a file that could not be written whole', () => {
  it('does not appear under its name', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'model.safetensors');
    const bytes = (): Uint8Array => {
      throw new Error('the disk is gone');
    };
    await expect(writeSafetensors(path, [{ name: 'a', dtype: 'F32', shape: [1], bytes }])).rejects.toThrow('gone');
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
