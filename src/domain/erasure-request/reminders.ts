const DAY_MS = 86_400_000;

/** Days before the due date on which a reminder goes out; 0 says that it is overdue. */
export const reminderDays = [14, 7, 1, 0] as const;
export type ReminderDays = (typeof reminderDays)[number];

/** The newest reminder whose time has come, and the moment of the one after it. */
export function remindersAt(dueAt: Date, now: Date): { due: ReminderDays | null; next: Date | null } {
  const momentOf = (days: ReminderDays) => new Date(dueAt.getTime() - days * DAY_MS);
  const due = reminderDays.findLast((days) => momentOf(days) <= now) ?? null;
  const next = reminderDays.find((days) => momentOf(days) > now);
  return { due, next: next === undefined ? null : momentOf(next) };
}
