import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A claim from another host counts as alive while its file is touched; ours are judged by the process itself. */
const TOUCH_MS = 2_000;
const FOREIGN_STALE_MS = 15_000;

interface Claim {
  host: string;
  pid: number;
  /** Start time of the process in clock ticks: a process id alone may have been given to somebody else since. */
  started: string | null;
}

/**
 * Exclusive use of a folder, with no help from the operating system: announce, then look. Every candidate first writes
 * a file of its own and then looks for others; of two candidates at least the later sees the earlier one. Whoever sees
 * a live other withdraws. Names are never used twice, so a dead process's file can be removed by anyone at any time.
 */
export class OwnerLock {
  readonly #file: string;
  readonly #touch: NodeJS.Timeout;

  private constructor(file: string) {
    this.#file = file;
    this.#touch = setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch(() => {});
    }, TOUCH_MS).unref();
  }

  /** The lock, or null when a live process has it or also wants it (wait a random moment and ask again). */
  static async tryAcquire(folder: string): Promise<OwnerLock | null> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (await othersAlive(folder, null)) return null;
    const name = `${process.pid}-${randomBytes(8).toString('hex')}`;
    const file = join(folder, name);
    const claim: Claim = { host: hostname(), pid: process.pid, started: await startTime(process.pid) };
    await writeFile(file, JSON.stringify(claim), { flag: 'wx' });
    if (await othersAlive(folder, name)) {
      await rm(file, { force: true });
      return null;
    }
    return new OwnerLock(file);
  }

  async release(): Promise<void> {
    clearInterval(this.#touch);
    await rm(this.#file, { force: true });
  }
}

async function othersAlive(folder: string, own: string | null): Promise<boolean> {
  let alive = false;
  for (const name of await readdir(folder)) {
    if (name === own) continue;
    const file = join(folder, name);
    if (await isAlive(file)) alive = true;
    else await rm(file, { force: true });
  }
  return alive;
}

async function isAlive(file: string): Promise<boolean> {
  const touched = await stat(file).catch(() => null);
  if (!touched) return false;
  const fresh = Date.now() - touched.mtimeMs < FOREIGN_STALE_MS;
  const text = await readFile(file, 'utf8').catch(() => '');
  let claim: Claim;
  try {
    claim = JSON.parse(text);
  } catch {
    return fresh; // being written this moment, or its writer died in between
  }
  if (claim.host !== hostname()) return fresh;
  try {
    process.kill(claim.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = await startTime(claim.pid);
  return claim.started === null || started === null || started === claim.started;
}

/** Field 22 of /proc/pid/stat; null where there is no /proc. The name in field 2 may hold spaces, so count from its end. */
async function startTime(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
