/** What a contestant (bench/methods/lethe.ts, bench/methods/pytorch/run.py) prints as its last line, after one whole run. */
export interface ContestantReport {
  readonly versions: Readonly<Record<string, string>>;
  /** Of the run itself: the checkpoint and images are read in it, but the process and its libraries were there before. */
  readonly workSeconds: number;
  readonly workProcessorSeconds: number;
  /** Of the process since it began, all threads. */
  readonly processorSeconds: number;
  /** Most resident memory; null where the system does not tell (Linux only). */
  readonly peakBytes: number | null;
  /** Each stage's loss at its first step. */
  readonly losses: Readonly<Record<string, number>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The same, with what only the one who started the process can measure. */
export interface RunReport extends ContestantReport {
  readonly seconds: number;
}
