import { setTimeout as sleep } from 'node:timers/promises';
import { type Claim, LeaseLost } from '../queue';

/**
 * Repeats a write until it succeeds or the lease is lost: a database that restarts must not cost a run its result.
 * Writes are made for it: all carry the claim, and settling twice with one claim is settling once.
 */
export async function patiently(write: () => Promise<unknown>, lost: () => boolean, claim: Claim): Promise<void> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
    try {
      await write();
      return;
    } catch (error) {
      if (error instanceof LeaseLost || !isPassing(error)) throw error;
      if (lost()) throw new LeaseLost(claim);
      await sleep(wait);
    }
  }
}

/** Connections that broke, and what PostgreSQL says while it stops, starts or fails over (class 08, 57P0x). */
function isPassing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : '';
  return (
    /^(08...|57P0[1-3]|53300|40001|40P01|ECONN\w+|EPIPE|ENOENT)$/.test(code) ||
    /connection (terminated|ended|timeout)|terminating connection|timeout exceeded/i.test(message)
  );
}
