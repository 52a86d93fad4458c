import type { Domain } from './domain';
import { inspectLog } from './inspect-log';
import type { Log } from './observability/log';
import type { Metrics } from './observability/metrics';

/** How often the log takes up what was committed and certificates are signed. */
const EVERY_MS = 1000;

/** How often all of the log is read, to see whether it is what was signed; the first time at the start. */
const INSPECTED_EVERY_MS = 6 * 3_600_000;

/**
 * Does what time brings: takes audit entries up into the transparency log, signs certificates it has, ends those whose time
 * is over, and sees whether the log is still what was signed. Any number of servers may: they take turns.
 */
export function keepLog(domain: Domain, log: Log, { logFaults }: Metrics): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let inspectAt = Date.now();
  let stopped = false;
  const round = async () => {
    try {
      await domain.log.integrate();
      await domain.certificates.sealPending();
      await domain.certificates.expireDue();
      if (Date.now() >= inspectAt) {
        inspectAt = Date.now() + INSPECTED_EVERY_MS;
        const faults = await inspectLog(domain);
        logFaults.set(faults.length);
        if (faults.length > 0) log.error({ faults: faults.slice(0, 100) }, 'the transparency log was altered');
      }
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
