import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtifactStore, Digest } from './artifact-store';

/** A file of a stored folder: where it was, and which artifact it is. */
export interface StoredFile {
  /** Relative, with forward slashes. */
  path: string;
  digest: Digest;
  bytes: number;
}

/** Stores every file of a folder (or the given ones of it), ordered by path. */
export async function putFolder(store: ArtifactStore, folder: string, paths?: string[]): Promise<StoredFile[]> {
  const chosen = paths ?? (await filesOf(folder));
  const stored: StoredFile[] = [];
  for (const path of [...chosen].sort()) stored.push({ path, ...(await store.put(join(folder, path))) });
  return stored;
}

/** Writes stored files back under a folder, checking every byte. */
export async function fetchFolder(store: ArtifactStore, files: StoredFile[], folder: string): Promise<void> {
  for (const { path, digest } of files) {
    const target = resolve(folder, path);
    if (!target.startsWith(resolve(folder) + sep)) throw new Error(`internal: stored path ${path} leaves its folder`);
    await mkdir(dirname(target), { recursive: true });
    await pipeline(await store.open(digest), createWriteStream(target));
  }
}

/** One digest for all of them: sha256 over the lines `<digest>  <path>`, as `sha256sum` prints them. */
export function digestOfFiles(files: StoredFile[]): Digest {
  const hash = createHash('sha256');
  for (const { path, digest } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`${digest}  ${path}\n`);
  return hash.digest('hex');
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
