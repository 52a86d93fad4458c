import { hash } from 'node:crypto';

/** Bytes of a hash: SHA-256 throughout. */
export const HASH_BYTES = 32;

/** Root of the tree without leaves: the hash of nothing. RFC 6962, section 2.1. */
export const EMPTY_ROOT = hash('sha256', '', 'buffer');

/** A leaf's hash; the prefix keeps a leaf from passing for a node. RFC 6962, section 2.1. */
export function leafHash(leaf: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(0), leaf]), 'buffer');
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer');
}

/** Where a tree of `size` leaves (two or more) is split: the largest power of two below it. */
export function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** The hash of the complete subtree of 2^height leaves that begins at leaf index * 2^height. */
export type ReadSubtree = (height: number, index: number) => Promise<Buffer>;

/** MTH(D[from:to]) of RFC 6962; `from` is one of the tree's own splits, so complete subtrees are whole. */
export async function rangeHash(from: number, to: number, read: ReadSubtree): Promise<Buffer> {
  const size = to - from;
  if (size === 0) return EMPTY_ROOT;
  const height = Math.round(Math.log2(size));
  if (2 ** height === size) return read(height, from / size);
  const middle = from + split(size);
  return nodeHash(await rangeHash(from, middle, read), await rangeHash(middle, to, read));
}

/** PATH(index, D[0:size]), the leaf's sibling first. RFC 6962, section 2.1.1. */
export async function inclusionProof(index: number, size: number, read: ReadSubtree): Promise<Buffer[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const path = async (from: number, to: number): Promise<Buffer[]> => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...(await path(from, middle)), await rangeHash(middle, to, read)]
      : [...(await path(middle, to)), await rangeHash(from, middle, read)];
  };
  return path(0, size);
}

/** PROOF(old, D[0:size]); empty for an empty old tree, of which every tree is an extension. RFC 6962, section 2.1.2. */
export async function consistencyProof(old: number, size: number, read: ReadSubtree): Promise<Buffer[]> {
  if (!(old >= 0 && old <= size)) throw new RangeError(`a tree of ${size} leaves never had ${old}`);
  const proof = async (from: number, to: number): Promise<Buffer[]> => {
    if (old === to) return from === 0 ? [] : [await rangeHash(from, to, read)];
    const middle = from + split(to - from);
    return old <= middle
      ? [...(await proof(from, middle)), await rangeHash(middle, to, read)]
      : [...(await proof(middle, to)), await rangeHash(from, middle, read)];
  };
  return old === 0 ? [] : proof(0, size);
}
