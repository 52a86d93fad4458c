/**
 * Work that needs no trainer. A worker may be killed at any moment and another then begins anew, so `act` must bear
 * being done twice; `settle` is done once.
 */
export interface BackgroundWork<Found = unknown> {
  /** What speaks to the world outside, in no transaction and within the lease. */
  act?(subjectId: string): Promise<Found>;
  /** What is written down, in the transaction that settles the job. @returns when there is more to do; null when done */
  settle(subjectId: string, found: Found): Promise<Date | null>;
}
