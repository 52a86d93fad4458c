import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { DataRefusal } from './data-refusal';
import type { Entry } from './entry';

/** What an archive may grow to. Counted while it is read, since its headers may lie. */
export interface ArchiveLimits {
  /** Files and directories. */
  readonly entries: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of the whole archive, unpacked. */
  readonly totalBytes: number;
  /** Unpacked bytes to packed bytes; real photographs stay below 10, a bomb of zeros comes to 1,000. */
  readonly ratio: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 2_000_000,
  fileBytes: 64 << 20,
  totalBytes: 2 ** 36,
  ratio: 100,
};

/** Below this an archive may be as dense as it likes: a few small, alike images are. */
const RATIO_COUNTS_FROM = 8 << 20;

/** Streams a tar or tar.gz. Nothing is ever written to disk, yet unsafe names and links are refused, not skipped. */
export async function* archiveEntries(file: string, limits: Partial<ArchiveLimits> = {}): AsyncGenerator<Entry> {
  const allowed = { ...ARCHIVE_LIMITS, ...limits };
  const packed = (await stat(file)).size;
  const guard = sizeGuard(packed, allowed);
  const tar = extract();
  const source = createReadStream(file);
  const stages: Readable[] = [source, guard];
  // Errors are carried down the chain by hand: pipeline() would wrap a refusal as a premature close.
  const fail = (error: Error) => tar.destroy(error);
  source.on('error', fail);
  guard.on('error', fail);
  if (/gz$/i.test(file)) {
    const gunzip = createGunzip();
    stages.push(gunzip);
    gunzip.on('error', fail);
    source.pipe(gunzip).pipe(guard);
  } else {
    source.pipe(guard);
  }
  guard.pipe(tar);
  try {
    let count = 0;
    for await (const entry of tar) {
      const { header } = entry;
      const name = safeName(header);
      count += 1;
      if (count > allowed.entries) throw tooLarge(`more than ${allowed.entries} files`);
      if ((header.size ?? 0) > allowed.fileBytes) throw tooLarge(`a file of ${header.size} bytes`, name);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      if (header.type === 'directory') yield { directory: name };
      else if (!name.split('/').some((part) => part.startsWith('.'))) yield { name, bytes: Buffer.concat(chunks) };
    }
  } catch (error) {
    if (error instanceof DataRefusal) throw error;
    throw new DataRefusal('ARCHIVE_CORRUPT', `The archive cannot be read to its end (${(error as Error).message}).`);
  } finally {
    for (const stage of stages) stage.destroy();
    tar.destroy();
  }
}

function sizeGuard(packed: number, allowed: ArchiveLimits): Transform {
  let unpacked = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      if (unpacked > allowed.totalBytes) done(tooLarge(`more than ${allowed.totalBytes} bytes unpacked`));
      else if (unpacked > Math.max(RATIO_COUNTS_FROM, packed * allowed.ratio))
        done(tooLarge(`more than ${allowed.ratio} times its packed size`));
      else done(null, chunk);
    },
  });
}

function tooLarge(what: string, path?: string): DataRefusal {
  return new DataRefusal(
    'ARCHIVE_TOO_LARGE',
    `The archive holds ${what}: split it, or register the unpacked folder.`,
    path,
  );
}

/** The entry's name, without a leading ./ and a trailing slash. */
function safeName(header: Header): string {
  const { name, type } = header;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const outside = /^([/\\]|[a-z]:)/i.test(name) || parts.includes('..') || /[\\\0]/.test(name);
  if (outside) {
    throw new DataRefusal(
      'ARCHIVE_UNSAFE_PATH',
      `"${name}" points outside the archive: pack it with relative paths.`,
      name,
    );
  }
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') {
    throw new DataRefusal('ARCHIVE_UNSAFE_PATH', `"${name}" is a ${type}: pack only files and folders.`, name);
  }
  return parts.join('/');
}
