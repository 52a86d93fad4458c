import { stat } from 'node:fs/promises';
import { type ArchiveLimits, archiveEntries } from './archive';
import { DataRefusal } from './data-refusal';
import type { Entry } from './entry';
import { folderEntries } from './folder';

/** All files of a dataset in one pass, wherever it is kept: a folder, a .tar, a .tar.gz or .tgz. */
export async function* entries(source: string, limits?: Partial<ArchiveLimits>): AsyncGenerator<Entry> {
  const found = await stat(source).catch(() => null);
  if (found?.isDirectory()) yield* folderEntries(source);
  else if (found?.isFile() && /\.(tar|tar\.gz|tgz)$/i.test(source)) yield* archiveEntries(source, limits);
  else if (found) throw new DataRefusal('DATASET_LAYOUT', 'A dataset is a folder, a .tar, a .tar.gz or a .tgz file.');
  else
    throw new DataRefusal('DATASET_NOT_FOUND', 'No folder or archive is there: check the path as the server sees it.');
}
