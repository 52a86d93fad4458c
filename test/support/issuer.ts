import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, type KeyLike, SignJWT } from 'jose';
import { closedLastly } from './lastly';

const AUDIENCE = 'lethe-test';

interface Key {
  kid: string;
  alg: string;
  secret: KeyLike;
  published: JWK;
}

/** A small OpenID provider over real HTTP: it publishes its keys, and signs what it is told to. */
export class Issuer {
  readonly audience = AUDIENCE;
  /** How often its keys were fetched. */
  fetched = 0;
  keys: Key[] = [];

  private constructor(readonly server: Server) {}

  static async start(): Promise<Issuer> {
    const server = createServer((request, response) => {
      const document = {
        '/.well-known/openid-configuration': () => ({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }),
        '/keys': () => {
          issuer.fetched += 1;
          return { keys: issuer.keys.map(({ published }) => published) };
        },
      }[request.url ?? ''];
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document?.() ?? {}));
    });
    const issuer = new Issuer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer.keys = [await newKey('first', 'RS256')];
    return closedLastly(issuer);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Takes another key, and withdraws the ones it had. */
  async rotate(kid: string, alg: string): Promise<void> {
    this.keys = [await newKey(kid, alg)];
  }

  /** A login of an hour, with claims over the usual ones; `undefined` leaves one out. */
  async login(claims: JWTPayload = {}, key: Key = this.keys[0]!): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: this.url, aud: AUDIENCE, sub: 'olga', iat: now, exp: now + 3600 };
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.secret);
  }
}

export async function newKey(kid: string, alg: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  return { kid, alg, secret: privateKey, published: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}
