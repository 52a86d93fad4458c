/** What a contestant (bench/lethe.ts, bench/pytorch/contestant.py) writes, one JSON a line, for each line "step" it reads. */
export interface StepReport {
  /** Wall-clock time of the step, including feeding the batch and reading the loss. */
  readonly milliseconds: number;
  /** Processor time of all threads. */
  readonly processorMilliseconds: number;
  readonly loss: number;
  /** Most resident memory since the first step began; null where the system does not tell (Linux only). */
  readonly peakBytes: number | null;
}
