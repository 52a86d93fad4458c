/** What time it is. Deadlines, reminders and delayed jobs ask it, so that a test can live through a month at once. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
