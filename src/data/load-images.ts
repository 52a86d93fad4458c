import type { ArchiveLimits } from './archive';
import { DataRefusal } from './data-refusal';
import { entries } from './entries';
import { type Sample, sha256 } from './sample';

/** Turns a file's bytes into what a model takes, [3,H,W] floats. */
export type Preprocess = (bytes: Buffer) => Float32Array | Promise<Float32Array>;

/**
 * The preprocessed images of the samples, in their order, read in one pass over the source. Bytes are hashed again:
 * a file that is gone or no longer the registered one is refused, so that a run uses what its record says.
 */
export async function loadImages(
  source: string,
  samples: readonly Pick<Sample, 'name' | 'hash'>[],
  preprocess: Preprocess,
  options: { readonly limits?: Partial<ArchiveLimits>; readonly signal?: AbortSignal } = {},
): Promise<Float32Array[]> {
  const wanted = new Map(samples.map(({ name, hash }) => [name, hash]));
  const images = new Map<string, Float32Array>();
  for await (const entry of entries(source, options.limits)) {
    options.signal?.throwIfAborted();
    if ('directory' in entry) continue;
    const hash = wanted.get(entry.name);
    if (hash === undefined) continue;
    if (sha256(entry.bytes) !== hash) throw changed(entry.name, 'has other bytes than when the dataset was registered');
    images.set(entry.name, await preprocess(entry.bytes));
    if (images.size === wanted.size) break;
  }
  return samples.map(({ name }) => images.get(name) ?? missing(name));
}

function missing(name: string): never {
  throw changed(name, 'is no longer there');
}

function changed(name: string, what: string): DataRefusal {
  return new DataRefusal('SAMPLE_CHANGED', `"${name}" ${what}: register the dataset again.`, name);
}
