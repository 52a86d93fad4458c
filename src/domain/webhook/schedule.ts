const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses after each failed attempt, three days in all, as the specification proposes:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const pauses = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** An endpoint that has failed for this long, without one success, is not sent to any more. */
export const PATIENCE = 5 * 24 * HOUR;

/** Nobody may ask to be left alone for longer. */
const LONGEST_RETRY_AFTER = 24 * HOUR;

/** How long an overloaded endpoint is sent nothing, unless it says itself. */
const RELIEF = 5 * MINUTE;

/**
 * When a receiver wants to be asked again: after so many seconds, or at a date (RFC 9110, section 10.2.3). A day from now at
 * the latest; null when it does not say, or nothing that can be read.
 */
export function retryAfter(header: string | undefined, at: Date): Date | null {
  if (header === undefined) return null;
  const wanted = /^\d+$/.test(header) ? at.getTime() + Number(header) * SECOND : Date.parse(header);
  if (Number.isNaN(wanted) || wanted <= at.getTime()) return null;
  return new Date(Math.min(wanted, at.getTime() + LONGEST_RETRY_AFTER));
}

/**
 * When a delivery is tried again that has failed so many times in a row, not before its receiver wants that; null when it is
 * given up. A fifth is left to chance, so that deliveries that failed together do not come back together.
 */
export function nextAttempt(
  failures: number,
  at: Date,
  wanted: Date | null,
  random: () => number = Math.random,
): Date | null {
  const pause = pauses[failures - 1];
  if (pause === undefined) return null;
  return new Date(Math.max(at.getTime() + pause * (1 + random() / 5), wanted?.getTime() ?? 0));
}

/** Until when an endpoint that is overloaded is sent nothing else, either. */
export function reliefUntil(at: Date, wanted: Date | null): Date {
  return wanted ?? new Date(at.getTime() + RELIEF);
}
