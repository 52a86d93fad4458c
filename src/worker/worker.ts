import { randomUUID } from 'node:crypto';
import type { Domain } from '../domain';
import type { Log } from '../observability/log';
import { jobChannel } from '../queue';

export interface WorkerOptions {
  readonly domain: Pick<Domain, 'background' | 'database'>;
  readonly log: Log;
  /** Jobs at a time that stay inside, and jobs at a time that wait for somebody outside. */
  readonly concurrency?: { inside: number; outside: number };
  /** How often to look for jobs whose time has come. */
  readonly pollMs?: number;
}

export interface RunningWorker {
  /** Takes nothing new and waits for what is being done. */
  stop(): Promise<void>;
}

/** Does background jobs until it is stopped. Any number of processes may have one. */
export async function startWorker({
  domain,
  log,
  concurrency = { inside: 4, outside: 16 },
  pollMs = 1000,
}: WorkerOptions): Promise<RunningWorker> {
  const id = randomUUID();
  const { inside, outside } = domain.background.pools;
  // A receiver that is slow shall not keep the reminders waiting.
  const pools = [
    { kinds: inside, most: concurrency.inside, busy: new Set<Promise<void>>() },
    { kinds: outside, most: concurrency.outside, busy: new Set<Promise<void>>() },
  ];
  let stopping = false;

  const work = async (kinds: string[]) => {
    while (!stopping) {
      const done = await domain.background.performNext(id, kinds);
      if (!done) return;
      const { error, ...job } = done;
      if (error !== undefined) log.error({ err: error, ...job }, 'a background job failed and will be tried again');
    }
  };
  const look = () => {
    for (const { kinds, most, busy } of pools) {
      if (stopping || busy.size >= most) continue;
      const one = work(kinds)
        // A database that does not answer is asked again at the next look.
        .catch((error: unknown) => log.warn({ err: error }, 'the database did not answer'))
        .finally(() => busy.delete(one));
      busy.add(one);
    }
  };
  const unsubscribe = await domain.database.notifications.subscribe(jobChannel, look);
  const timer = setInterval(look, pollMs);
  look();
  return {
    async stop() {
      stopping = true;
      unsubscribe();
      clearInterval(timer);
      await Promise.all(pools.flatMap(({ busy }) => [...busy]));
    },
  };
}
