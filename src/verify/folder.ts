import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MODEL_SIGNATURE_FILE, type ModelFile } from '../signing';

/** All files of a folder but its signature, with their digests. Links and the like are named with an empty digest. */
export async function filesOfFolder(folder: string): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    if (entry.isDirectory() || name === MODEL_SIGNATURE_FILE) continue;
    files.push({ path: name, digest: entry.isFile() ? await digestOf(path) : '' });
  }
  return files;
}

/** One digest for a checkpoint's files: sha256 over the lines `<digest>  <path>`, ordered by path, as sha256sum prints them. */
export async function digestOfFolder(folder: string): Promise<string> {
  const files = await filesOfFolder(folder);
  const lines = files.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, digest }) => `${digest}  ${path}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
