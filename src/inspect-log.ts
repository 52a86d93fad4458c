import type { Domain } from './domain';
import { formatVerifierKey, parseTilePath } from './tlog';
import { checkLog, readKeys } from './verify';

/**
 * What was altered in the transparency log behind Lethe's back, in words; nothing when it is whole. Reads all of it: every entry against
 * its hash, every hash against the tile above, all against what was signed.
 */
export async function inspectLog({ log, keyring }: Domain): Promise<string[]> {
  const altered = await log.altered();
  // The tiles and entries themselves cannot be read where one is lost.
  if (altered.length > 0) return altered.map((position) => `the entry at ${position} was altered or removed`);
  const note = (await log.latest())?.note;
  if (note === undefined) return [];
  const keys = readKeys((await keyring.logKeys()).map((key) => ({ name: key.name, text: formatVerifierKey(key) })));
  const read = async (path: string) => {
    if (path === 'checkpoint') return Buffer.from(note);
    const tile = parseTilePath(path);
    return tile && log.resource(tile);
  };
  return (await checkLog(read, keys)).failures;
}
