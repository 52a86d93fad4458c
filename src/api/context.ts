import type { Domain } from '../domain';
import type { Loaders } from './loaders';

/** The server as it describes itself. */
export interface ServerIdentity {
  version: string;
  database: 'EMBEDDED' | 'POSTGRES';
  startedAt: Date;
}

/** What resolvers get, made anew for every operation so that loaders never serve another client's or stale rows. */
export interface Context {
  domain: Domain;
  loaders: Loaders;
  server: ServerIdentity;
  /** Aborts when the server drains: subscriptions end, so that their clients can go elsewhere. */
  stop: AbortSignal;
}
