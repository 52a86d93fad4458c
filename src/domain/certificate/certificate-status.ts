/**
 * The life of a certificate. PENDING: its facts are recorded, and it is signed once the log has them. STALE: what it says
 * was true and may no longer be, such as after a descendant was trained on with a carrier. The last two are final.
 */
export const certificateTransitions = {
  PENDING: ['VALID', 'REVOKED'],
  VALID: ['STALE', 'REVOKED', 'EXPIRED'],
  STALE: ['REVOKED', 'EXPIRED'],
  REVOKED: [],
  EXPIRED: [],
} as const satisfies Record<string, readonly string[]>;

export type CertificateStatus = keyof typeof certificateTransitions;
export const certificateStatuses = Object.keys(certificateTransitions) as CertificateStatus[];

/** The statuses that may be left for this one. */
export function certificateSourcesOf(to: CertificateStatus): CertificateStatus[] {
  return certificateStatuses.filter((from) => (certificateTransitions[from] as readonly string[]).includes(to));
}
