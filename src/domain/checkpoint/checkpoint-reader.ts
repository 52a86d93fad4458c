import type { Refusal } from '../refusal/refusals';
import type { Architecture, Layout } from './checkpoint.entity';

/** A checkpoint on this machine's disk, read and found sound. */
export interface ReadCheckpoint {
  folder: string;
  /** The files that make it up, relative to `folder`. */
  paths: string[];
  architecture: Architecture;
  layout: Layout;
  parameterCount: number;
  config: Record<string, unknown>;
}

/**
 * Finds a checkpoint at a source (path, `file:` URL, `hf:owner/name`), checks every tensor and describes it. Given by
 * the entry point, for the domain knows nothing of CLIP. Bad files are refused with
 * CHECKPOINT_UNREADABLE, paths that users may not name with IMPORT_NOT_ALLOWED.
 */
export type CheckpointReader = (
  source: string,
) => Promise<ReadCheckpoint | Refusal<'CHECKPOINT_UNREADABLE' | 'IMPORT_NOT_ALLOWED'>>;
