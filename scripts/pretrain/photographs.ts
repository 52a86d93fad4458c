import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeImage } from '../../src/clip';
import { entries, sha256 } from '../../src/data';
import { FINE_WORDS } from './words';

/** Side of a CIFAR-10 photograph. */
export const SIDE = 32;
export const PIXELS = SIDE * SIDE * 3;

/** Half of CIFAR-10, decoded. */
export interface Photographs {
  /** Interleaved RGB, one after the other: PIXELS values each. */
  readonly pixels: Uint8Array;
  /** Index into FINE_WORDS. */
  readonly labels: Uint8Array;
  /** SHA-256 of each file. */
  readonly hashes: readonly string[];
  readonly names: readonly string[];
}

export type Halves = Readonly<Record<'train' | 'test', Photographs>>;

/**
 * Decodes train/<class>/*.jpg and test/<class>/*.jpg of the archive once; later calls read the cache, which takes
 * 170 MB and is found by the archive's name and size.
 */
export async function readPhotographs(archive: string, cache: string): Promise<Halves> {
  const folder = join(cache, `${basename(archive)}-${(await stat(archive)).size}`);
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}`;
    await mkdir(draft, { recursive: true });
    for (const [half, photographs] of Object.entries(await decode(archive))) {
      const { pixels, ...rest } = photographs;
      await writeFile(join(draft, `${half}.rgb`), pixels);
      await writeFile(join(draft, `${half}.json`), JSON.stringify({ ...rest, labels: [...rest.labels] }));
    }
    await rename(draft, folder);
  }
  const read = async (half: string): Promise<Photographs> => {
    const table = JSON.parse(await readFile(join(folder, `${half}.json`), 'utf8'));
    const bytes = await readFile(join(folder, `${half}.rgb`));
    // a Buffer's slice() would be a view, and styling it would change the table
    const pixels = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { ...table, labels: Uint8Array.from(table.labels), pixels };
  };
  return { train: await read('train'), test: await read('test') };
}

async function decode(archive: string): Promise<Halves> {
  const found = { train: [] as [string, Buffer][], test: [] as [string, Buffer][] };
  for await (const entry of entries(archive)) {
    if ('directory' in entry) continue;
    const half = entry.name.split('/').at(-3);
    if (half === 'train' || half === 'test') found[half].push([entry.name, entry.bytes]);
  }
  return { train: await decodeHalf(found.train), test: await decodeHalf(found.test) };
}

async function decodeHalf(files: [string, Buffer][]): Promise<Photographs> {
  files.sort(([a], [b]) => (a < b ? -1 : 1));
  const pixels = new Uint8Array(files.length * PIXELS);
  const labels = new Uint8Array(files.length);
  await Promise.all(
    files.map(async ([name, bytes], i) => {
      const image = await decodeImage(bytes);
      const label = classOf(name);
      if (image.width !== SIDE || image.height !== SIDE || label < 0) throw new Error(`${name} is not of CIFAR-10`);
      pixels.set(image.data, i * PIXELS);
      labels[i] = label;
    }),
  );
  return { pixels, labels, hashes: files.map(([, bytes]) => sha256(bytes)), names: files.map(([name]) => name) };
}

function classOf(name: string): number {
  const folder = name.split('/').at(-2);
  return (FINE_WORDS as readonly (string | undefined)[]).indexOf(folder);
}
