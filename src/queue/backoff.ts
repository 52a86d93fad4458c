const FIRST_MS = 2_000;
const LONGEST_MS = 3_600_000;

/**
 * Milliseconds to wait after so many failures in a row: twice as long each time, up to an hour, of which up to half is
 * left to chance, so that what failed together does not come back together.
 */
export function pauseAfter(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return longest * (1 - random() / 2);
}
