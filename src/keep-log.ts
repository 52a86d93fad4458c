import type { Domain } from './domain';
import type { Log } from './observability/log';

/** How often the log takes up what was committed and certificates are signed. */
const EVERY_MS = 1000;

/**
 * Does what time brings: takes audit entries up into the transparency log, signs certificates it has, ends those whose time
 * is over. Any number of servers may: they take turns.
 */
export function keepLog(domain: Domain, log: Log): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async () => {
    try {
      await domain.log.integrate();
      await domain.certificates.sealPending();
      await domain.certificates.expireDue();
    } catch (error) {
      log.error({ err: error }, 'the transparency log could not be brought up to date; it is tried again');
    }
    if (!stopped) timer = setTimeout(again, EVERY_MS);
  };
  let running = round();
  const again = () => {
    running = round();
  };
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
