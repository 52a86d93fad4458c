import { createHash, timingSafeEqual } from 'node:crypto';
import { type Actor, type Domain, Misuse } from '../../domain';
import type { OidcLogins } from './oidc';

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
  /** Authentication is switched off. */
  open: boolean;
  /** The token of `$LETHE_HOME/token`; undefined where it admits nobody. */
  bootstrap: string | undefined;
  tokens: Domain['tokens'];
  /** Absent where there are no logins. */
  logins?: OidcLogins | undefined;
}

/** Turns what a client shows into who it is. */
export class Authentication {
  readonly #open: boolean;
  readonly #bootstrap: Buffer | undefined;
  readonly #tokens: Domain['tokens'];
  readonly #logins: OidcLogins | undefined;

  constructor({ open, bootstrap, tokens, logins }: AuthenticationOptions) {
    this.#open = open;
    this.#tokens = tokens;
    this.#logins = logins;
    this.#bootstrap = bootstrap === undefined ? undefined : digest(bootstrap);
  }

  /**
   * @param credentials an `Authorization` header (`Bearer ...`) or the bare token
   * @throws Misuse UNAUTHENTICATED, which says why
   */
  async identify(credentials: unknown): Promise<Identity> {
    if (this.#open) return ANYBODY;
    const token = typeof credentials === 'string' ? credentials.replace(/^Bearer\s+/i, '').trim() : '';
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (this.#bootstrap && timingSafeEqual(digest(token), this.#bootstrap)) return BOOTSTRAP;
    const holder = (await this.#tokens.holder(token)) ?? (await this.#logins?.holder(token));
    if (holder) return holder;
    throw new Misuse('UNAUTHENTICATED', 'Send a token of this server as "Authorization: Bearer <token>"');
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
