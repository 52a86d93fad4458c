import { createHash } from 'node:crypto';

/** One image of a dataset with what is said about it. */
export interface Sample {
  /** SHA-256 of the file's bytes, in hex. The same image under two captions is two samples of one hash. */
  readonly hash: string;
  /** Path inside the folder or archive. */
  readonly name: string;
  /** Name of the class folder; null in a captioned dataset without labels. */
  readonly label: string | null;
  readonly caption: string | null;
  readonly bytes: number;
}

/** What is known of a dataset without its pixels: plain JSON, to be kept in the database. */
export interface DatasetIndex {
  /** SHA-256 over the sorted samples: the same images, labels and captions give the same digest in any packing. */
  readonly digest: string;
  readonly kind: 'CLASS_FOLDERS' | 'CAPTIONED';
  /** Sorted; empty in a captioned dataset without labels. */
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Builds the index: equal samples count once, order is by name, and names do not enter the digest. */
export function indexOf(kind: DatasetIndex['kind'], samples: readonly Sample[]): DatasetIndex {
  const identity = (sample: Sample) => JSON.stringify([sample.hash, sample.label, sample.caption]);
  const byName = [...samples].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const distinct = new Map<string, Sample>();
  for (const sample of byName) if (!distinct.has(identity(sample))) distinct.set(identity(sample), sample);
  const labels = new Set<string>();
  for (const { label } of distinct.values()) if (label !== null) labels.add(label);
  return {
    digest: sha256([...distinct.keys()].sort().join('\n')),
    kind,
    classes: [...labels].sort(),
    samples: [...distinct.values()],
  };
}
