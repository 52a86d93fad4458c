/** The life of a run. RUNNING -> QUEUED is a retry after a lost or failed attempt; the other three are final. */
export const runTransitions = {
  QUEUED: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['RUNNING', 'QUEUED', 'SUCCEEDED', 'FAILED', 'CANCELLED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type RunStatus = keyof typeof runTransitions;
export const runStatuses = Object.keys(runTransitions) as RunStatus[];

export function isFinal(status: RunStatus): boolean {
  return runTransitions[status].length === 0;
}

export function mayBecome(from: RunStatus, to: RunStatus): boolean {
  return (runTransitions[from] as readonly RunStatus[]).includes(to);
}

/** The statuses that may be left for this one. */
export function sourcesOf(to: RunStatus): RunStatus[] {
  return runStatuses.filter((from) => mayBecome(from, to));
}
