import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import sharp from 'sharp';
import { type Header, pack } from 'tar-stream';

/** Files by their names; null makes a directory. */
export type Files = Readonly<Record<string, Buffer | string | null>>;

/** A real JPEG of one colour, 8x8; different shades have different bytes. */
export function jpeg(shade: number): Promise<Buffer> {
  const create = { width: 8, height: 8, channels: 3, background: { r: shade, g: 90, b: 255 - shade } } as const;
  return sharp({ create }).jpeg().toBuffer();
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'lethe-data-'));
}

/** Writes the files below a new folder and returns it. */
export async function makeFolder(files: Files): Promise<string> {
  const root = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name);
    await mkdir(content === null ? file : dirname(file), { recursive: true });
    if (content !== null) await writeFile(file, content);
  }
  return root;
}

/** Packs entries as they are told, unsafe ones too, into a new .tar or .tar.gz and returns its path. */
export async function makeArchive(
  entries: readonly (Partial<Header> & { name: string; content?: Buffer })[],
  name = 'dataset.tar.gz',
): Promise<string> {
  const file = join(await temporaryFolder(), name);
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? Buffer.alloc(0));
  tar.finalize();
  await (name.endsWith('gz')
    ? pipeline(tar, createGzip(), createWriteStream(file))
    : pipeline(tar, createWriteStream(file)));
  return file;
}
