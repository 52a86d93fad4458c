export { fromBase64 } from './base64';
export { isConsistent, rootFromInclusion } from './check-proof';
export { formatCheckpoint, type LogCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint';
export { formatEntryBundle, LONGEST_LEAF, parseEntryBundle } from './entry-bundle';
export { consistencyProof, EMPTY_ROOT, HASH_BYTES, inclusionProof, leafHash, nodeHash, rangeHash } from './merkle';
export { formatProofFile, isProofFile, type ProofFile, parseProofFile } from './proof-file';
export { formatVerifierKey, isKeyName, type NoteKey, openNote, parseVerifierKey, signNote } from './signed-note';
export {
  extendTiles,
  type ReadTile,
  rootOfHashes,
  subtreesOf,
  TILE_WIDTH,
  type Tile,
  type TileAddress,
  tilesOf,
  widthOf,
} from './tile';
export { formatTilePath, parseTilePath, type TilePath } from './tile-path';
