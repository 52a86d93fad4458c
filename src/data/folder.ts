import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataRefusal } from './data-refusal';
import type { Entry } from './entry';

/** Walks a folder in sorted order. Hidden files are passed over; links are refused, since they may lead outside. */
export async function* folderEntries(root: string, below = ''): AsyncGenerator<Entry> {
  const children = await readdir(join(root, below), { withFileTypes: true });
  for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (child.name.startsWith('.')) continue;
    const name = below ? `${below}/${child.name}` : child.name;
    if (child.isDirectory()) {
      yield { directory: name };
      yield* folderEntries(root, name);
    } else if (child.isFile()) {
      yield { name, bytes: await readFile(join(root, name)) };
    } else {
      throw new DataRefusal(
        'ARCHIVE_UNSAFE_PATH',
        `"${name}" is a link or a device: copy the file itself there.`,
        name,
      );
    }
  }
}
