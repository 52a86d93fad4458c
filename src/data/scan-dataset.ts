import { decodeImage, ImageRefused } from '../clip';
import type { ArchiveLimits } from './archive';
import { type Caption, parseCaptions } from './captions';
import { DataRefusal } from './data-refusal';
import { entries } from './entries';
import { type DatasetIndex, indexOf, type Sample, sha256 } from './sample';

export interface ScanOptions {
  readonly limits?: Partial<ArchiveLimits>;
  /** Decode every image, so that a broken one is found now and not in the middle of a run. Default true. */
  readonly verifyImages?: boolean;
  readonly onProgress?: (images: number) => void;
  readonly signal?: AbortSignal;
}

type Image = Omit<Sample, 'label' | 'caption'>;

/**
 * Reads a dataset once: hashes every image, and takes its class from the folder it lies in, or its caption from
 * captions.jsonl. Throws DataRefusal.
 */
export async function scanDataset(source: string, options: ScanOptions = {}): Promise<DatasetIndex> {
  const images = new Map<string, Image>();
  const directories: string[] = [];
  const captions: Caption[] = [];
  let captioned = false;
  for await (const entry of entries(source, options.limits)) {
    options.signal?.throwIfAborted();
    if ('directory' in entry) {
      directories.push(entry.directory);
    } else if (/(^|\/)captions\.jsonl$/.test(entry.name)) {
      captioned = true;
      captions.push(...parseCaptions(entry.name, entry.bytes));
    } else if (/\.(jpe?g|png|webp|bmp|gif|tiff?)$/i.test(entry.name)) {
      if (options.verifyImages ?? true) await verifyImage(entry.name, entry.bytes);
      images.set(entry.name, { hash: sha256(entry.bytes), name: entry.name, bytes: entry.bytes.length });
      options.onProgress?.(images.size);
    }
  }
  if (images.size === 0 && directories.length === 0) {
    throw new DataRefusal('DATASET_EMPTY', 'No image was found: expected a folder for each class, or captions.jsonl.');
  }
  return captioned
    ? indexOf('CAPTIONED', joinCaptions(images, captions))
    : indexOf('CLASS_FOLDERS', labelled(images, directories));
}

/** The label is the folder an image lies in, at any depth, so that an archive may have a folder of its own around the classes. */
function labelled(images: ReadonlyMap<string, Image>, directories: readonly string[]): Sample[] {
  const names = [...images.keys()];
  for (const directory of directories) {
    if (!names.some((name) => name.startsWith(`${directory}/`))) {
      throw new DataRefusal(
        'CLASS_EMPTY',
        `The folder "${directory}" holds no image: fill it or remove it.`,
        directory,
      );
    }
  }
  return [...images.values()].map((image) => {
    const label = image.name.split('/').at(-2);
    if (label === undefined) {
      throw new DataRefusal(
        'DATASET_LAYOUT',
        `"${image.name}" lies in no class folder, and there is no captions.jsonl.`,
        image.name,
      );
    }
    return { ...image, label, caption: null };
  });
}

function joinCaptions(images: ReadonlyMap<string, Image>, captions: readonly Caption[]): Sample[] {
  const uncaptioned = new Set(images.keys());
  const samples = captions.map(({ file, caption, label, line }) => {
    const image = images.get(file);
    if (!image) throw new DataRefusal('CAPTIONS_INVALID', `captions.jsonl:${line}: there is no image "${file}".`, file);
    uncaptioned.delete(file);
    return { ...image, label, caption };
  });
  const [orphan] = uncaptioned;
  if (orphan !== undefined) {
    const message = `${uncaptioned.size} image(s) have no caption, the first is "${orphan}": add a line or remove the file.`;
    throw new DataRefusal('CAPTIONS_INVALID', message, orphan);
  }
  if (samples.length === 0) throw new DataRefusal('DATASET_EMPTY', 'captions.jsonl names no image.');
  return samples;
}

async function verifyImage(name: string, bytes: Buffer): Promise<void> {
  await decodeImage(bytes).catch((error: unknown) => {
    throw error instanceof ImageRefused ? new DataRefusal('IMAGE_CORRUPT', `"${name}": ${error.message}`, name) : error;
  });
}
