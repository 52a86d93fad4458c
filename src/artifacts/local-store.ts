import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArtifactMissing, type ArtifactStore, DIGEST, type Digest } from './artifact-store';
import { digestOfFile, verifying } from './verify';

/** Artifacts as files `<first two digits>/<digest>` of a folder. */
export class LocalStore implements ArtifactStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(file: string): Promise<{ digest: Digest; bytes: number }> {
    const digest = await digestOfFile(file);
    const target = this.#path(digest);
    const present = await stat(target).catch(() => null);
    if (present) return { digest, bytes: present.size };
    const folder = join(target, '..');
    await mkdir(folder, { recursive: true });
    // Written aside and renamed: a crash leaves either nothing or all of it. The copy is hashed again on its way, for
    // the file may have changed since.
    const aside = `${target}.${randomUUID()}.part`;
    try {
      await pipeline(createReadStream(file), verifying(digest), createWriteStream(aside, { flags: 'wx', flush: true }));
      await rename(aside, target);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await sync(folder);
    return { digest, bytes: (await stat(target)).size };
  }

  async has(digest: Digest): Promise<boolean> {
    return (await stat(this.#path(digest)).catch(() => null)) !== null;
  }

  async open(digest: Digest): Promise<Readable> {
    if (!(await this.has(digest))) throw new ArtifactMissing(digest);
    const file = createReadStream(this.#path(digest));
    const verified = verifying(digest);
    file.on('error', (error) => verified.destroy(error));
    return file.pipe(verified);
  }

  async delete(digest: Digest): Promise<void> {
    await rm(this.#path(digest), { force: true });
  }

  #path(digest: Digest): string {
    if (!DIGEST.test(digest)) throw new Error(`internal: ${JSON.stringify(digest)} is not a digest`);
    return join(this.#folder, digest.slice(0, 2), digest);
  }
}

/** Makes a rename survive a power failure: the folder's own entry has to reach the disk as well. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
