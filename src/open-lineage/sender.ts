import type { Domain } from '../domain';
import { openLineageChannel } from '../domain';
import type { Log } from '../observability/log';

export interface SenderOptions {
  domain: Domain;
  /** Base URL of the receiver, as OpenLineage's own clients take it: `/api/v1/lineage` is added. */
  url: string;
  apiKey?: string;
  log: Log;
  /** Pause after the first failure; it doubles with each one, up to `longestPauseSeconds`. */
  pauseSeconds?: number;
  longestPauseSeconds?: number;
}

/** How long one attempt may take; also how long a message stays with a sender that died. */
const PATIENCE_SECONDS = 30;
/** How often to look without being woken. */
const POLL_MS = 2_000;
/** The receiver has understood the message and will never take it; sending it again would only hold up the others. */
const HOPELESS = [400, 413, 422];

/** Sends what the outbox holds, oldest first, until it is stopped. Any number may run: they take turns. */
export async function startOpenLineageSender(options: SenderOptions): Promise<{ stop(): Promise<void> }> {
  const { domain, log } = options;
  const stopped = new AbortController();
  let wake = () => {};
  const unsubscribe = await domain.database.notifications.subscribe(openLineageChannel, () => wake());
  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(POLL_MS, (options.pauseSeconds ?? 1) * 1000));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const work = async () => {
    while (!stopped.signal.aborted) {
      const sent = await sendOldest(options, stopped.signal).catch((error: Error) => {
        log.warn({ error: error.message }, 'OpenLineage: the outbox could not be read');
        return false;
      });
      if (!sent && !stopped.signal.aborted) await sleep();
    }
  };
  const done = work();
  return {
    async stop() {
      unsubscribe();
      stopped.abort();
      wake();
      await done;
    },
  };
}

/** True when there may be more to send at once. */
async function sendOldest(options: SenderOptions, stopped: AbortSignal): Promise<boolean> {
  const { domain, log, pauseSeconds = 1, longestPauseSeconds = 300 } = options;
  const next = await domain.openLineage.claim(PATIENCE_SECONDS);
  if (!next) return false;
  const problem = await post(options, next.message, stopped);
  if (problem === null || problem.hopeless) {
    if (problem) log.error({ ...problem, message: next.message }, 'OpenLineage: the receiver refuses an event');
    await domain.openLineage.settle(next.id);
    return true;
  }
  // Stopped in the middle of it: another sender may have it at once.
  const pause = stopped.aborted ? 0 : Math.min(pauseSeconds * 2 ** (next.attempts - 1), longestPauseSeconds);
  log.warn({ ...problem, pause }, 'OpenLineage: the receiver does not take events; they wait');
  await domain.openLineage.postpone(next.id, pause);
  return false;
}

async function post(
  { url, apiKey }: SenderOptions,
  message: object,
  stopped: AbortSignal,
): Promise<{ reason: string; hopeless: boolean } | null> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/api/v1/lineage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
      body: JSON.stringify(message),
      signal: AbortSignal.any([stopped, AbortSignal.timeout(PATIENCE_SECONDS * 900)]),
      redirect: 'error',
    });
    await response.body?.cancel();
    return response.ok ? null : { reason: `HTTP ${response.status}`, hopeless: HOPELESS.includes(response.status) };
  } catch (error) {
    return { reason: (error as Error).message, hopeless: false };
  }
}
