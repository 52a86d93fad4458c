/**
 * The life of an erasure request. Nothing proceeds before the identity check, a hold stops it where it is and lifting
 * the hold puts it back there, and the last three are final.
 */
export const requestTransitions = {
  RECEIVED: ['IDENTITY_CHECKED', 'ON_HOLD', 'REFUSED', 'WITHDRAWN'],
  IDENTITY_CHECKED: ['IN_PROGRESS', 'ON_HOLD', 'REFUSED', 'WITHDRAWN'],
  IN_PROGRESS: ['AWAITING_APPROVAL', 'COMPLETED', 'ON_HOLD', 'REFUSED', 'WITHDRAWN'],
  AWAITING_APPROVAL: ['IN_PROGRESS', 'COMPLETED', 'ON_HOLD', 'REFUSED', 'WITHDRAWN'],
  ON_HOLD: ['RECEIVED', 'IDENTITY_CHECKED', 'IN_PROGRESS', 'AWAITING_APPROVAL', 'REFUSED', 'WITHDRAWN'],
  COMPLETED: [],
  REFUSED: [],
  WITHDRAWN: [],
} as const satisfies Record<string, readonly string[]>;

export type RequestStatus = keyof typeof requestTransitions;
export const requestStatuses = Object.keys(requestTransitions) as RequestStatus[];

/** Statuses that a person may put a request into by name; the others follow from a check or a hold. */
export const movableStatuses = ['IN_PROGRESS', 'AWAITING_APPROVAL', 'COMPLETED', 'REFUSED', 'WITHDRAWN'] as const;
export type MovableStatus = (typeof movableStatuses)[number];

export function isClosed(status: RequestStatus): boolean {
  return requestTransitions[status].length === 0;
}

/** Whether it ended without what was asked for: nothing certifies it any more. */
export function cameToNothing(status: RequestStatus): boolean {
  return status === 'REFUSED' || status === 'WITHDRAWN';
}

export function requestMayBecome(from: RequestStatus, to: RequestStatus): boolean {
  return (requestTransitions[from] as readonly RequestStatus[]).includes(to);
}
