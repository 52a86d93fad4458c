import type { Refusal } from '../refusal/refusals';
import type { DatasetFormat } from './dataset.entity';

export interface ReadSample {
  /** sha256 of the image file's bytes, hexadecimal. */
  hash: string;
  path: string;
  className: string | null;
  caption: string | null;
}

export interface ReadDataset {
  format: DatasetFormat;
  /** Absolute path, as executors will open it. */
  source: string;
  digest: string;
  classes: string[];
  /** In the dataset's own order. */
  samples: ReadSample[];
}

/** Reads a folder or an archive and hashes every sample. Given by the entry point. */
export type DatasetReader = (
  source: string,
) => Promise<ReadDataset | Refusal<'DATASET_UNREADABLE' | 'IMPORT_NOT_ALLOWED'>>;
