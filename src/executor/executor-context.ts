import type { Domain, Method } from '../domain';
import type { Log } from '../observability/log';
import type { Devices } from './devices';
import type { Inputs } from './inputs';

/** What every attempt of an executor works with. */
export interface ExecutorContext {
  readonly domain: Domain;
  readonly inputs: Inputs;
  readonly log: Log;
  readonly leaseSeconds: number;
  readonly snapshotEveryMs: number;
  readonly threads: number;
  /** What AUTO means on this machine. */
  readonly auto: Devices['auto'];
  readonly heapMegabytes?: number;
  /** This executor's own folder for what trainers write. */
  readonly scratch: string;
  readonly pluginStore: string;
  /** Where the code of a method lies on this machine; undefined for other code of the same name. */
  pluginFolder(method: Pick<Method, 'codeDigest'>): string | undefined;
  /** Hears of cancelled runs by id; null when one may have been missed. */
  onCancel(listener: (runId: string | null) => void): Promise<() => void>;
}
