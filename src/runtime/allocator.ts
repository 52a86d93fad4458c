/**
 * Environment for a process that trains. Every step frees what the next one needs again; glibc gives it back to the system meanwhile, which clears each page
 * once more on one thread: a quarter of a million pages in a step of RN50. So told, glibc keeps it. Other C libraries read none of this.
 */
export const KEEPING_MEMORY: Readonly<Record<string, string>> = {
  MALLOC_TRIM_THRESHOLD_: String(2 ** 36),
  // glibc takes no more on all its versions
  MALLOC_MMAP_THRESHOLD_: String(2 ** 25),
};
