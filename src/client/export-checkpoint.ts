import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ClientError, type LetheClient } from './lethe-client';

interface File {
  path: string;
  digest: string;
}

/** Downloads a checkpoint's files into a folder, checks their digests and returns their paths inside it. */
export async function exportCheckpoint(client: LetheClient, id: string, folder: string): Promise<string[]> {
  const { checkpoint } = await client.request<{ checkpoint: { files: File[] } | null }>(
    'query ($id: ID!) { checkpoint(id: $id) { files { path digest } } }',
    { id },
  );
  if (!checkpoint) throw new ClientError('CHECKPOINT_NOT_FOUND', `There is no checkpoint ${id}`);
  for (const { path, digest } of checkpoint.files) {
    const target = resolve(folder, path);
    if (!target.startsWith(resolve(folder) + sep)) throw new ClientError('UNSAFE_PATH', `${path} leaves the folder`);
    await mkdir(dirname(target), { recursive: true });
    const response = await client.fetch(
      `/checkpoints/${id}/files/${path.split('/').map(encodeURIComponent).join('/')}`,
    );
    await save(response.body as ReadableStream, target, digest);
  }
  return checkpoint.files.map(({ path }) => path);
}

/** Writes the signature of a checkpoint's files beside them, as `model.sig`. */
export async function exportSignature(client: LetheClient, id: string, folder: string): Promise<void> {
  const response = await client.fetch(`/checkpoints/${id}/model.sig`);
  await writeFile(resolve(folder, 'model.sig'), await response.text());
}

/** Written aside and renamed, so that a file with its right name has the right bytes. */
async function save(body: ReadableStream, target: string, digest: string): Promise<void> {
  const aside = `${target}.part`;
  const hash = createHash('sha256');
  const hashed = Readable.fromWeb(body).on('data', (bytes: Buffer) => hash.update(bytes));
  await pipeline(hashed, createWriteStream(aside));
  if (hash.digest('hex') !== digest) {
    await rm(aside, { force: true });
    throw new ClientError('DAMAGED', `${target} did not arrive as it was sent; try again`);
  }
  await rename(aside, target);
}
