import { HASH_BYTES, nodeHash, type ReadSubtree } from './merkle';

/** Hashes of a full tile, which are the leaves of a subtree of height 8. https://c2sp.org/tlog-tiles */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Where a tile is: at level 0 its hashes are leaves', above it each is the root of a full tile below. */
export interface TileAddress {
  level: number;
  index: number;
}

export interface Tile extends TileAddress {
  /** One to 256 hashes, one after the other. */
  hashes: Buffer;
}

/** Reads the first `width` hashes of a tile; what is there never changes, so any tree that had them will do. */
export type ReadTile = (tile: TileAddress & { width: number }) => Promise<Buffer>;

/** How many hashes a tile has in a tree of this size; 0 when it is not part of it. */
export function widthOf({ level, index }: TileAddress, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
  return Math.max(0, Math.min(TILE_WIDTH, hashes));
}

/** All tiles of a tree, the widest there are. */
export function* tilesOf(size: number): Generator<TileAddress & { width: number }> {
  for (let level = 0; size >= TILE_WIDTH ** level; level++) {
    for (let index = 0; ; index++) {
      const width = widthOf({ level, index }, size);
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}

/** Root of the hashes of a tile, or of an aligned part of one, whose number is a power of two. */
export function rootOfHashes(hashes: Buffer): Buffer {
  if (hashes.length === HASH_BYTES) return hashes;
  const half = hashes.length / 2;
  return nodeHash(rootOfHashes(hashes.subarray(0, half)), rootOfHashes(hashes.subarray(half)));
}

/** Subtrees of a tree of this size, out of its tiles. */
export function subtreesOf(size: number, readTile: ReadTile): ReadSubtree {
  return async (height, index) => {
    const level = Math.floor(height / TILE_HEIGHT);
    const count = 2 ** (height % TILE_HEIGHT);
    const first = index * count;
    const tile = { level, index: Math.floor(first / TILE_WIDTH) };
    const hashes = await readTile({ ...tile, width: widthOf(tile, size) });
    const at = (first % TILE_WIDTH) * HASH_BYTES;
    return rootOfHashes(hashes.subarray(at, at + count * HASH_BYTES));
  };
}

/** The tiles that leaves added to a tree of `size` leaves change or make, bottom up. */
export async function extendTiles(size: number, leafHashes: readonly Buffer[], readTile: ReadTile): Promise<Tile[]> {
  const changed: Tile[] = [];
  let added = leafHashes;
  for (let level = 0; added.length > 0; level++) {
    const there = Math.floor(size / TILE_WIDTH ** level);
    const tile = { level, index: Math.floor(there / TILE_WIDTH) };
    const width = there % TILE_WIDTH;
    let row = Buffer.concat([width > 0 ? await readTile({ ...tile, width }) : Buffer.alloc(0), ...added]);
    const roots: Buffer[] = [];
    for (let { index } = tile; row.length > 0; index++) {
      const hashes = row.subarray(0, TILE_WIDTH * HASH_BYTES);
      row = row.subarray(hashes.length);
      changed.push({ level, index, hashes });
      if (hashes.length === TILE_WIDTH * HASH_BYTES) roots.push(rootOfHashes(hashes));
    }
    added = roots;
  }
  return changed;
}
