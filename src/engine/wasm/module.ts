/** Instructions of WebAssembly, as bytes: https://webassembly.github.io/spec/core/binary/instructions.html */
export type Code = readonly number[];

/** LEB128. */
export function unsigned(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;
const FUNCTION = 0;
const MEMORY = 2;

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Code): number[] => [...unsigned(bytes.length), ...bytes];
const section = (id: number, items: readonly Code[]): number[] => [id, ...sized(vector(items))];
const exported = (name: string, kind: number): number[] => [...sized([...Buffer.from(name)]), kind, 0];

interface OneFunction {
  /** Of 65,536 bytes. */
  readonly pages: number;
  /** How many locals of four numbers there are, from number 2 on; 0 is the argument and 1 another integer. */
  readonly locals: number;
  readonly code: Code;
}

/** A module of a memory and a function of one integer, exported as `memory` and `run`. */
export function moduleOf({ pages, locals, code }: OneFunction): Uint8Array<ArrayBuffer> {
  const declared = vector([
    [...unsigned(1), I32],
    [...unsigned(locals), V128],
  ]);
  return Uint8Array.of(
    ...Buffer.from('\0asm'),
    ...[1, 0, 0, 0],
    ...section(1, [[0x60, ...vector([[I32]]), ...vector([])]]),
    ...section(3, [[0]]),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [exported('run', FUNCTION), exported('memory', MEMORY)]),
    ...section(10, [sized([...declared, ...code, END])]),
  );
}

const simd = (opcode: number, ...immediates: number[]): number[] => [0xfd, ...unsigned(opcode), ...immediates];
/** With how many bytes, as a power of two, the address is aligned. */
const at = (align: number, offset: number): number[] => [...unsigned(align), ...unsigned(offset)];

export const END_OF_BLOCK: Code = [END];
export const LOOP: Code = [0x03, 0x40];
/** To the beginning of the loop around it, while the number on the stack is not 0. */
export const AGAIN_IF: Code = [0x0d, 0];

export const localGet = (local: number): Code => [0x20, ...unsigned(local)];
export const localSet = (local: number): Code => [0x21, ...unsigned(local)];
export const localTee = (local: number): Code => [0x22, ...unsigned(local)];

/** Integers below 64, so that the sign bit of their encoding is 0. */
export const integer = (value: number): Code => [0x41, value];
export const ADD_INTEGERS: Code = [0x6a];
export const LESS_THAN: Code = [0x49];

/** Four numbers at the address on the stack plus `offset`. */
export const load = (offset: number): Code => simd(0x00, ...at(4, offset));
export const store = (offset: number): Code => simd(0x0b, ...at(4, offset));
/** One number, four times. */
export const loadSplat = (offset: number): Code => simd(0x09, ...at(2, offset));
export const splat = (value: number): Code =>
  simd(0x0c, ...Array.from({ length: 4 }, () => [...new Uint8Array(Float32Array.of(value).buffer)]).flat());

export const EQUAL = simd(0x41);
export const LESS = simd(0x43);
export const AND = simd(0x4e);
export const AND_NOT = simd(0x4f);
export const OR = simd(0x50);
export const ABS = simd(0xe0);
export const NEGATE = simd(0xe1);
export const SQRT = simd(0xe3);
export const ADD = simd(0xe4);
export const SUBTRACT = simd(0xe5);
export const MULTIPLY = simd(0xe6);
export const DIVIDE = simd(0xe7);
export const MINIMUM = simd(0xe8);
export const MAXIMUM = simd(0xe9);
