import {
  formatTilePath,
  HASH_BYTES,
  leafHash,
  parseEntryBundle,
  rangeHash,
  rootOfHashes,
  subtreesOf,
  TILE_WIDTH,
  tilesOf,
} from '../tlog';
import { openedBy } from './log-proof';
import { Findings, type Report, Unverifiable } from './report';
import type { TrustedKeys } from './trusted-keys';

/** Reads a resource of a log by its path, such as `checkpoint` or `tile/0/000.p/5`; null when there is none. */
export type ReadResource = (path: string) => Promise<Buffer | null>;

/** Checks a whole log: every entry against its hash, every hash against the tile above, all against the signed root. */
export async function checkLog(read: ReadResource, keys: TrustedKeys): Promise<Report> {
  const note = (await read('checkpoint'))?.toString();
  if (note === undefined) throw new Unverifiable('there is no checkpoint');
  const [origin] = note.split('\n');
  const known = keys.logs.get(origin ?? '');
  if (!known) throw new Unverifiable(`the log calls itself ${origin}, and no key of that name was given`);
  const findings = new Findings();
  const report = () =>
    findings.report('transparency log', [
      'That others are shown the same log: compare its checkpoint with one obtained elsewhere.',
      'That everything that happened was entered.',
    ]);
  const checkpoint = openedBy(note, known)?.checkpoint ?? null;
  if (
    !findings.check(checkpoint !== null, `${origin} signed this checkpoint`, `${origin} did not sign this checkpoint`)
  ) {
    return report();
  }
  const { size, root } = checkpoint!;
  const tiles = new Map<string, Buffer>();
  for (const { level, index, width } of tilesOf(size)) {
    const name = `${level}/${index}`;
    const hashes = await read(formatTilePath({ level, index, width }));
    if (hashes?.length !== width * HASH_BYTES) {
      findings.failures.push(`tile ${name} is missing or has another size`);
      return report();
    }
    tiles.set(name, hashes);
    const expected = level === 0 ? await entryHashes(read, index, width) : rootsBelow(tiles, level, index, width);
    if (!expected?.equals(hashes)) findings.failures.push(`tile ${name} does not fit what is below it`);
  }
  const found = await rangeHash(
    0,
    size,
    subtreesOf(size, async ({ level, index }) => tiles.get(`${level}/${index}`)!),
  );
  findings.check(
    found.equals(root),
    `all ${size} entries are the ones that were signed, in their order`,
    'the tiles do not lead to the signed root',
  );
  return report();
}

async function entryHashes(read: ReadResource, index: number, width: number): Promise<Buffer | null> {
  const bundle = await read(formatTilePath({ level: 'entries', index, width }));
  const leaves = bundle && parseEntryBundle(bundle);
  return leaves ? Buffer.concat(leaves.map(leafHash)) : null;
}

function rootsBelow(tiles: Map<string, Buffer>, level: number, index: number, width: number): Buffer {
  const below = Array.from({ length: width }, (_, i) => tiles.get(`${level - 1}/${index * TILE_WIDTH + i}`)!);
  return Buffer.concat(below.map(rootOfHashes));
}
