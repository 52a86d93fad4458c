/** A safetensors element type: how many bytes one element takes, and for weights how to read and write it as float32. */
export interface ElementType {
  bytes: number;
  weight?: {
    decode(bytes: DataView, count: number): Float32Array;
    encode(values: Float32Array): Uint8Array;
  };
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of the IEEE half-precision bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The half-precision bits nearest to the value, ties to even; values beyond 65,520 become infinite. */
export function toHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below the smallest normal number (2^-14) halves are multiples of 2^-24; a carry to 1024 is that number's own encoding.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.floor((bits & 0x7f800000) >> 23) - 127;
  return sign | (((exponent + 15) << 10) + roundToEven((magnitude / 2 ** exponent - 1) * 1024));
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The upper half of the float32 nearest to the value, ties to even. */
export function toBrainFloat(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function sixteenBit(decode: (bits: number) => number, encode: (value: number) => number): Required<ElementType> {
  return {
    bytes: 2,
    weight: {
      decode(bytes, count) {
        const values = new Float32Array(count);
        for (let i = 0; i < count; i++) values[i] = decode(bytes.getUint16(2 * i, true));
        return values;
      },
      encode(values) {
        const bytes = new DataView(new ArrayBuffer(2 * values.length));
        for (let i = 0; i < values.length; i++) bytes.setUint16(2 * i, encode(values[i]!), true);
        return new Uint8Array(bytes.buffer);
      },
    },
  };
}

/** Half precision has 65,536 values: a table is ten times faster than computing each. */
const halves = Float32Array.from({ length: 0x10000 }, (_, bits) => fromHalf(bits));

function fromBrainFloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Every element type of the format (https://huggingface.co/docs/safetensors); weights come in the three floating types that CLIPs are published in. */
export const ELEMENT_TYPES = {
  F32: {
    bytes: 4,
    weight: {
      decode: (bytes, count) =>
        bytes.byteOffset % 4 === 0
          ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
          : new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4 * count)),
      encode: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    },
  },
  F16: sixteenBit((bits) => halves[bits]!, toHalf),
  BF16: sixteenBit(fromBrainFloat, toBrainFloat),
  F64: { bytes: 8 },
  I64: { bytes: 8 },
  U64: { bytes: 8 },
  I32: { bytes: 4 },
  U32: { bytes: 4 },
  I16: { bytes: 2 },
  U16: { bytes: 2 },
  I8: { bytes: 1 },
  U8: { bytes: 1 },
  BOOL: { bytes: 1 },
  F8_E4M3: { bytes: 1 },
  F8_E5M2: { bytes: 1 },
} as const satisfies Record<string, ElementType>;

export type ElementName = keyof typeof ELEMENT_TYPES;

/** The element types that weights may have. */
export type WeightType = 'F32' | 'F16' | 'BF16';

export const isWeightType = (name: ElementName): name is WeightType => 'weight' in ELEMENT_TYPES[name];
