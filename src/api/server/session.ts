import type { Actor } from '../../domain';
import type { Identity } from './authentication';

/** A client as it is known now: over a WebSocket that may change while operations run. */
export class Session {
  readonly #watchers = new Set<() => void>();
  #identity: Identity;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  get actor(): Actor {
    return this.#identity.actor;
  }

  get expiresAt(): Date | null {
    return this.#identity.expiresAt;
  }

  /** What its credentials say by now. */
  renew(identity: Identity): void {
    this.#identity = identity;
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls back after each renewal, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
