import type { ClipConfig } from '../config';

/** One stored tensor that makes up a weight, or some of its rows. */
export interface StoredPart {
  name: string;
  /** The weight's rows that it holds; all of them unless given. */
  rows?: readonly [start: number, end: number];
  /** Stored as [columns, rows]. */
  transposed?: boolean;
}

/** The stored parts of a canonical weight. */
export type PartsOf = (weight: string) => readonly StoredPart[];

/** Files that lie beside the weights, by name. */
export type CompanionFiles = ReadonlyMap<string, Uint8Array>;

/** How one ecosystem stores a CLIP. */
export interface CheckpointLayout {
  /** The name of the file we write the weights to; others write it, too, and load it. */
  weightsFile: string;
  /** Where each weight lies. @param stored the names that the file has, where the layout knows variants */
  parts(config: ClipConfig, stored: ReadonlySet<string>): PartsOf;
  /** The configuration files of a new checkpoint. */
  configFiles(config: ClipConfig): CompanionFiles;
}

export const jsonFile = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
