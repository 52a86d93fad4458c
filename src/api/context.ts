import type { Domain } from '../domain';
import type { Loaders } from './loaders';
import type { Session } from './server/session';

/** The server as it describes itself. */
export interface ServerIdentity {
  version: string;
  database: 'EMBEDDED' | 'POSTGRES';
  startedAt: Date;
}

/** What resolvers get, made anew for every operation so that loaders never serve another client's or stale rows. */
export interface Context {
  domain: Domain;
  /** Who asks. Services find the same actor in `currentActor()`. */
  session: Session;
  loaders: Loaders;
  server: ServerIdentity;
  /** Aborts when the server drains: subscriptions end, so that their clients can go elsewhere. */
  stop: AbortSignal;
}
