import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Weights } from '../../src/engine';

/** A training as it stands before `step`: weights, running statistics and the optimiser's moments. */
export interface Snapshot {
  readonly step: number;
  /** The settings it was made with; another training must not go on from it. */
  readonly settings: string;
  readonly state: Weights;
}

/** Writes beside the file and renames, so that a kill leaves the previous snapshot whole. */
export async function writeSnapshot(file: string, snapshot: Snapshot): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.partial`, serialize(snapshot));
  await rename(`${file}.partial`, file);
}

/** The snapshot to go on from; null where there is none or it belongs to other settings. */
export async function readSnapshot(file: string, settings: string): Promise<Snapshot | null> {
  if (!existsSync(file)) return null;
  const snapshot = deserialize(await readFile(file)) as Snapshot;
  return snapshot.settings === settings ? snapshot : null;
}
