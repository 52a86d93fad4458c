import type { ClipConfig } from '../clip';
import type { Weights } from '../engine';
import type { SessionOptions } from '../runtime';
import type { ArtifactWriter } from './artifact-writer';
import type { PreparedSets } from './prepared-set';
import type { Reporter, Send } from './reporter';
import type { Snapshot } from './snapshot';
import type { Towers } from './towers';

/** What every stage of one attempt works with. */
export interface RunContext {
  readonly config: ClipConfig;
  readonly seed: number;
  readonly compute: SessionOptions;
  /** The weights the run started from. */
  readonly original: Weights;
  /** The weights now; a finished stage replaces those it changed. */
  readonly weights: Weights;
  readonly prepared: PreparedSets;
  readonly towers: Towers;
  readonly reporter: Reporter;
  readonly send: Send;
  readonly snapshots: SnapshotSink;
  /** Keeps a picture or table of the run. */
  readonly artifact: ArtifactWriter;
  /** Lets messages in; throws Cancelled when one of them said so. Called between any two pieces of work. */
  breathe(): Promise<void>;
}

export interface SnapshotSink {
  /** Whether enough time went by since the last one. */
  due(): boolean;
  save(snapshot: Omit<Snapshot, 'run' | 'threads' | 'device'>): Promise<void>;
}
