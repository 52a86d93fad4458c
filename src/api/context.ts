import type { Services } from '../domain';
import type { Loaders } from './loaders';

/** What resolvers get, made anew for every operation so that loaders never serve another client's or stale rows. */
export interface Context {
  services: Services;
  loaders: Loaders;
  /** Aborts when the server drains: subscriptions end, so that their clients can go elsewhere. */
  stop: AbortSignal;
}
