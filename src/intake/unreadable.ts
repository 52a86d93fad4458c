import { relative } from 'node:path';
import { getSystemErrorMap } from 'node:util';

/**
 * What the operating system says to reading something, such as `EACCES: permission denied (cat/1.jpg)`: its owner's to put
 * right. Null for any other error.
 * @param source what was to be read; of files in it the path from there is told
 */
export function unreadable(error: unknown, source: string): string | null {
  const { errno, code, path, message } = error as NodeJS.ErrnoException;
  // Node's own limit of what it reads at once.
  if (code === 'ERR_FS_FILE_TOO_LARGE') return message;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  if (!known) return null;
  const inside = path === undefined ? '' : relative(source, path);
  return `${known.join(': ')}${inside === '' || inside.startsWith('..') ? '' : ` (${inside})`}`;
}
