import { randomUUID } from 'node:crypto';
import type { Domain } from '../../src/domain';

/** Does all background jobs that are due, as a worker would; a failed one fails the test. @returns how many */
export async function performDue(domain: Domain): Promise<number> {
  for (let done = 0; ; done++) {
    const job = await domain.background.performNext(randomUUID());
    if (!job) return done;
    if (job.error !== undefined) throw job.error;
  }
}
