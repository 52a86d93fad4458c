import { createHash, timingSafeEqual } from 'node:crypto';
import { type Actor, Misuse } from '../../domain';

/** Who a client is, and until when its credentials say so. */
export interface Identity {
  actor: Actor;
  /** Null where they do not expire. */
  expiresAt: Date | null;
}

/** Whoever holds the token of the server's own data folder has the installation. */
const BOOTSTRAP: Identity = {
  actor: { kind: 'PERSON', id: 'bootstrap', name: 'Bootstrap token', roles: ['ADMIN'] },
  expiresAt: null,
};

/** With authentication switched off, everybody is this. */
const ANYBODY: Identity = {
  actor: { kind: 'PERSON', id: 'anybody', name: 'Anybody', roles: ['ADMIN'] },
  expiresAt: null,
};

export interface AuthenticationOptions {
  /** The token of `$LETHE_HOME/token`; undefined switches authentication off. */
  bootstrap: string | undefined;
}

/** Turns what a client shows into who it is. */
export class Authentication {
  readonly #bootstrap: Buffer | undefined;

  constructor({ bootstrap }: AuthenticationOptions) {
    this.#bootstrap = bootstrap === undefined ? undefined : digest(bootstrap);
  }

  /**
   * @param credentials an `Authorization` header (`Bearer ...`) or the bare token
   * @throws Misuse UNAUTHENTICATED, which says why
   */
  async identify(credentials: unknown): Promise<Identity> {
    if (this.#bootstrap === undefined) return ANYBODY;
    const token = typeof credentials === 'string' ? credentials.replace(/^Bearer\s+/i, '').trim() : '';
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (timingSafeEqual(digest(token), this.#bootstrap)) return BOOTSTRAP;
    throw new Misuse('UNAUTHENTICATED', 'Send a token of this server as "Authorization: Bearer <token>"');
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
