/** A leaf's bytes at most: bundles count them in two bytes. */
export const LONGEST_LEAF = 0xffff;

/** Entries one after the other, each behind its length as big-endian uint16. https://c2sp.org/tlog-tiles#log-entries */
export function formatEntryBundle(leaves: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    leaves.flatMap((leaf) => {
      if (leaf.length > LONGEST_LEAF)
        throw new RangeError(`a leaf of ${leaf.length} bytes is longer than a bundle holds`);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(leaf.length);
      return [length, leaf];
    }),
  );
}

/** The entries of a bundle; null when it ends in the middle of one. */
export function parseEntryBundle(bytes: Buffer): Buffer[] | null {
  const leaves: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) return null;
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) return null;
    leaves.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return leaves;
}
