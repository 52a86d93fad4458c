import type { AttackedModel, AttackName, AttackRow, PartName } from '../attacks';
import type { Sample } from '../data';
import type { EvaluationPlan, MetricValue } from '../evaluation';
import type { SetName } from '../method';
import type { MethodManifest } from '../method/manifest';
import type { Device } from '../runtime/device';

/**
 * What executor and trainer say to each other. The executor speaks first, with everything the run needs, and the
 * trainer knows nothing else: no database, no environment variable.
 */
export type ToTrainer =
  | { readonly type: 'run'; readonly assignment: Assignment }
  | { readonly type: 'evaluate'; readonly assignment: EvaluationAssignment }
  | { readonly type: 'merge'; readonly assignment: MergeAssignment }
  | { readonly type: 'verify'; readonly assignment: VerificationAssignment }
  | { readonly type: 'cancel' };

/** Images of one dataset. */
export interface SampleSource {
  /** Folder or archive, as `src/data` reads it. */
  readonly source: string;
  readonly samples: readonly Omit<Sample, 'bytes'>[];
}

interface Compute {
  /** AUTO has become a device by now, so that the run's record names it. */
  readonly device: Device;
  /** Intra-op threads: with another number the low bits of the weights differ. */
  readonly threads: number;
}

export interface Assignment extends Compute {
  readonly plugin: {
    readonly folder: string;
    readonly codeDigest: string;
    /** Where code is staged; see `plugin/plugin-code.ts`. */
    readonly store: string;
  };
  /** As the user gave them; the plugin's own declarations fill in the rest. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Id of the run: its snapshots carry it, so that those of two equal runs are two artifacts. */
  readonly run: string;
  /** Folder of the checkpoint's files. */
  readonly checkpoint: string;
  readonly sets: Partial<Readonly<Record<SetName, SampleSource>>>;
  /** Every class a sample of the run may have, in order; the zero-shot prompts are made of them. */
  readonly classes: readonly string[];
  /** Of those, the ones to be forgotten. */
  readonly forgotten: readonly string[];
  readonly evaluation?: EvaluationSpec;
  /** Draw what changed on the images of the evaluation. */
  readonly pictures?: boolean;
  /** A snapshot file of an earlier attempt of this run. */
  readonly resumeFrom?: string;
  /** This attempt's own folder: snapshots and the result are written here. */
  readonly scratch: string;
  /** Least time between two snapshots, in milliseconds. */
  readonly snapshotEveryMs: number;
}

/** What to measure, and where its images are. */
export type EvaluationSpec = EvaluationPlan & SampleSource;

export interface EvaluationAssignment extends Compute {
  readonly checkpoint: string;
  /** Folder of the checkpoint that some metrics compare with. */
  readonly reference: string | null;
  readonly evaluation: EvaluationSpec;
  /** This attempt's own folder. */
  readonly scratch: string;
}

export interface MergeAssignment {
  /** Folders of the checkpoints' files; shares sum to 1. */
  readonly sources: readonly { readonly path: string; readonly share: number }[];
  /** This attempt's own folder: the result is written here. */
  readonly scratch: string;
}

/** A planned verification: which attacks on which models, and with what. */
export interface VerificationAssignment extends Compute {
  /** Folders of the models' files; the original is always there. */
  readonly models: Readonly<Record<AttackedModel, string | null>>;
  /** Folders of more models that were not trained on the forget images. */
  readonly references: readonly string[];
  readonly attacks: Readonly<Record<AttackedModel, readonly AttackName[]>>;
  readonly parts: Readonly<Record<PartName, SampleSource | null>>;
  readonly classes: readonly string[];
  readonly forgetClasses: readonly string[];
  readonly superclasses: readonly { readonly name: string; readonly classes: readonly string[] }[];
  /** Prompts whose embeddings are averaged. */
  readonly templates: readonly string[];
  readonly relearning: Relearning;
  readonly seed: number;
}

/** How a model is trained again to see whether what was forgotten comes back. */
export interface Relearning {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly steps: number;
  /** Steps between two looks. */
  readonly every: number;
  /** Forget images that are trained on, where some are. */
  readonly samples: number;
  /** Share of the original's accuracy that counts as back. */
  readonly share: number;
}

/** One number of a verification. */
export type AttackFinding = AttackRow & { readonly model: AttackedModel; readonly attack: AttackName };

/** What an evaluation found. */
export interface EvaluationReport {
  /** Those it used: the default, where none were given. */
  readonly templates: readonly string[];
  readonly values: readonly MetricValue[];
}

export type FromTrainer =
  | { readonly type: 'started'; readonly environment: Environment; readonly resumedFrom: Position | null }
  | { readonly type: 'stage'; readonly stage: string; readonly totalSteps: number }
  | ({ readonly type: 'progress' } & ProgressReport)
  | { readonly type: 'metrics'; readonly stage: string; readonly points: readonly MetricPoint[] }
  | { readonly type: 'evaluated'; readonly role: 'BEFORE' | 'AFTER' | null; readonly report: EvaluationReport }
  /** How far an evaluation is: images embedded, metrics done. */
  | { readonly type: 'measuring'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly type: 'verified'; readonly results: readonly AttackFinding[] }
  | { readonly type: 'snapshot'; readonly file: string; readonly position: Position }
  | ({ readonly type: 'artifact' } & ArtifactReport)
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  /** The last message of an attempt is one of these; a child that ends without one died. */
  | {
      readonly type: 'finished';
      readonly checkpoint: string | null;
      readonly outcome: string | null;
      readonly cost: Cost | null;
    }
  | { readonly type: 'failed'; readonly code: FailureCode; readonly message: string }
  | { readonly type: 'cancelled' };

/** Why a run fails; OUT_OF_MEMORY and STORAGE_FAILED may go better on another machine. */
export type FailureCode =
  | 'METHOD_FAILED'
  | 'DIVERGED'
  | 'REFUSED'
  | 'DEVICE_UNAVAILABLE'
  | 'OUT_OF_MEMORY'
  | 'STORAGE_FAILED'
  | 'INTERNAL';

/**
 * Exit code of a trainer whose channel to its executor was closed: it ends at once, for nobody would hear of its work. A
 * type, so that the executor needs nothing of the trainer at run time and the two still cannot differ.
 */
export type ExitAlone = 76;

/** What the attempt that finished a run took. */
export interface Cost {
  /** From the first message to the last, evaluations included. */
  readonly seconds: number;
  /** Largest resident memory of the trainer's process. */
  readonly peakMemoryBytes: number;
  /** Elements of the weights that differ from the original's, as a share of all. */
  readonly updatedShare: number;
}

/** How far a run got. */
export interface Position {
  readonly stage: string;
  readonly step: number;
}

export interface ProgressReport extends Position {
  readonly totalSteps: number;
  /** Of the whole run, 0 to 1. */
  readonly fraction: number;
  readonly etaSeconds: number | null;
  readonly losses: Readonly<Record<string, number>>;
}

export interface MetricPoint {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A file for people to look at; a later one of the same name takes its place. */
export interface ArtifactReport {
  /** For programs: lower-case letters, digits, dots and dashes, at most 64. */
  readonly name: string;
  readonly title: string;
  readonly mediaType: ArtifactMediaType;
  /** In the attempt's scratch folder; it is not written to again. */
  readonly file: string;
}

export type ArtifactMediaType =
  | 'image/png'
  | 'image/jpeg'
  | 'image/svg+xml'
  | 'application/json'
  | 'text/csv'
  | 'text/plain';

/** What the bits of a run depend on. */
export interface Environment {
  readonly node: string;
  readonly onnxruntime: string;
  readonly platform: string;
  readonly cpu: string;
  readonly device: string;
  readonly threads: number;
  readonly codeDigest: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Asked of a child forked for it, because loading a plugin runs somebody else's code. */
export interface DescribePlugin {
  readonly folder: string;
  /** Where code is staged. */
  readonly store: string;
}

export type PluginDescription =
  | { readonly ok: true; readonly manifest: MethodManifest }
  | { readonly ok: false; readonly reason: string };
