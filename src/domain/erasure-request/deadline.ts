/** Months to answer in, and with a notice of extension: GDPR Art. 12(3), "by two further months". */
export const MONTHS = 1;
export const MONTHS_EXTENDED = 3;

/**
 * The same day and time of day, so many calendar months later, in UTC. Where that month has no such day, its last
 * (Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)). Always from the day of receipt: 31 January leads to 28 February,
 * and three months from 31 January to 30 April, not to 28 April.
 */
export function addMonths(at: Date, months: number): Date {
  const moved = new Date(at);
  moved.setUTCMonth(at.getUTCMonth() + months, 1);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(at.getUTCDate(), lastDay));
  return moved;
}
