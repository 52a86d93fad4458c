import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { OidcConfig } from '../../config';
import { type Domain, Misuse, personId, type Role, roles } from '../../domain';
import type { Identity } from './authentication';

/** Only signatures that the issuer alone can make: no shared secrets (HS*), and never `none`. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks of two machines differ. */
const SKEW_SECONDS = 5;
const DISCOVERY_MS = 5000;

/** `header.payload.signature`; the signature of an unsigned one is empty. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Logins by an OpenID provider: JWTs whose signature is checked against the provider's published keys (RFC 7519, RFC
 * 7517, OpenID Connect Discovery 1.0). Keys are kept for ten minutes; one that is not known is looked for anew.
 */
export class OidcLogins {
  readonly #config: OidcConfig;
  readonly #projects: Domain['projects'];
  #keys: Promise<JWTVerifyGetKey> | null = null;

  constructor(config: OidcConfig, projects: Domain['projects']) {
    this.#config = config;
    this.#projects = projects;
  }

  /**
   * Who has logged in; null for a text that is no JWT.
   * @throws Misuse UNAUTHENTICATED for one that admits nobody
   */
  async holder(token: string): Promise<Identity | null> {
    if (!JWT.test(token)) return null;
    const { issuer, audience, subjectClaim } = this.#config;
    const keys = await this.#issuersKeys();
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      throw refusalOf(error) ?? error;
    });
    const subject = claim(payload, subjectClaim);
    if (typeof subject !== 'string' || subject === '') throw refused(`does not say who it is of (${subjectClaim})`);
    const projectId = await this.#projectOf(payload);
    const name = [payload.name, payload.preferred_username, payload.email].find((each) => typeof each === 'string');
    return {
      actor: {
        kind: 'PERSON',
        id: personId(subject),
        name: (name as string | undefined) ?? subject,
        roles: this.#rolesOf(payload),
        ...(projectId === null ? {} : { projectId }),
      },
      expiresAt: new Date((payload.exp! + SKEW_SECONDS) * 1000),
    };
  }

  /** A failure to find them is not remembered. */
  #issuersKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#findKeys().catch((error: unknown) => {
      this.#keys = null;
      throw error;
    });
    return this.#keys;
  }

  async #findKeys(): Promise<JWTVerifyGetKey> {
    const { issuer, jwksUrl } = this.#config;
    // A token with a key that is not known makes us ask again, but not as often as somebody may send such tokens.
    return createRemoteJWKSet(new URL(jwksUrl ?? (await discover(issuer))), { cooldownDuration: 2000 });
  }

  /** Values that stand for no role are other programs' business. */
  #rolesOf(payload: JWTPayload): Role[] {
    const { rolesClaim, roles: meant } = this.#config;
    const given = claim(payload, rolesClaim);
    const values = typeof given === 'string' ? given.split(/\s+/) : Array.isArray(given) ? given.map(String) : [];
    const meaning = meant ?? Object.fromEntries(roles.map((role) => [role, role]));
    const key = (value: string) => (meant ? value : value.toUpperCase().replaceAll('-', '_'));
    const roleOf = (value: string) => (Object.hasOwn(meaning, key(value)) ? meaning[key(value)] : undefined);
    return [...new Set(values.map(roleOf).filter((role) => role !== undefined))];
  }

  async #projectOf(payload: JWTPayload): Promise<string | null> {
    const { projectClaim } = this.#config;
    if (projectClaim === undefined) return null;
    const named = claim(payload, projectClaim);
    const project = typeof named === 'string' ? await this.#projects.named(named) : null;
    if (!project) throw refused(`names no project of this server (${projectClaim})`);
    return project.id;
  }
}

/** OpenID Connect Discovery 1.0, section 4: the document must be of the issuer that was asked. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DISCOVERY_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const found = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (found.issuer !== issuer) throw new Error(`${url} is of issuer ${String(found.issuer)}, not ${issuer}`);
  if (typeof found.jwks_uri !== 'string') throw new Error(`${url} does not say where the keys are`);
  return found.jwks_uri;
}

/** `realm_access.roles`: the claim of that name, else the one inside an object. */
function claim(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>(
      (inside, key) =>
        typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
          ? (inside as Record<string, unknown>)[key]
          : undefined,
      payload,
    );
}

const refused = (why: string): Misuse => new Misuse('UNAUTHENTICATED', `The login ${why}`);

/** What is wrong with the token; null when it is not the token that is wrong, as when its issuer cannot be reached. */
function refusalOf(error: unknown): Misuse | null {
  if (error instanceof errors.JWTExpired) return refused('has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const wrong: Record<string, string> = {
      nbf: 'is not valid yet',
      aud: 'is for another audience',
      iss: 'is of another issuer',
      exp: 'does not say when it expires',
    };
    return refused(wrong[error.claim] ?? `has a bad claim ${error.claim}`);
  }
  if (error instanceof errors.JWKSNoMatchingKey)
    return refused('is signed with a key that its issuer does not publish');
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused('has a signature that is not right');
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return refused('is not signed in a way that is accepted');
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return refused('cannot be read');
  return null;
}
