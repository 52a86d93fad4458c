import { Misuse } from './misuse';

/** A keyset cursor: the sort key of a row, opaque to clients. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The sort key in a cursor.
 * @param kinds types of its parts, in order
 * @throws Misuse `MALFORMED_CURSOR` for anything that `encodeCursor` cannot have written
 */
export function decodeCursor(cursor: string, kinds: readonly ('string' | 'number')[]): (string | number)[] {
  const key = parse(cursor);
  const fits = Array.isArray(key) && key.length === kinds.length && key.every((part, i) => typeof part === kinds[i]);
  if (!fits) throw new Misuse('MALFORMED_CURSOR', '`after` is not a cursor of this list: pass one that it returned');
  return key;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
