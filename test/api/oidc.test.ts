import { createHmac } from 'node:crypto';
import type { Client } from 'graphql-ws';
import { granted, setTheScene } from '../support/domain';
import { Issuer, newKey } from '../support/issuer';
import { follow, TestServer } from '../support/server';

const question = '{ me { kind actorId name roles project { name } } }';

let issuer: Issuer;
let lethe: TestServer;
const clients: Client[] = [];
beforeAll(async () => {
  issuer = await Issuer.start();
  lethe = await TestServer.start({
    LETHE_OIDC_ISSUER: issuer.url,
    LETHE_OIDC_AUDIENCE: issuer.audience,
    LETHE_OIDC_ROLES_CLAIM: 'realm_access.roles',
    LETHE_OIDC_ROLES: 'ml-team=ENGINEER,dpo=PRIVACY_OFFICER',
    LETHE_OIDC_PROJECT_CLAIM: 'tenant',
  });
  granted(await lethe.domain.projects.create({ name: 'acme' }));
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await lethe.close();
  await issuer.close();
});

const ml = { realm_access: { roles: ['ml-team', 'other-program', 'constructor'] }, tenant: 'acme', name: 'Olga' };
const seconds = (from: number) => Math.floor(Date.now() / 1000) + from;
const ask = (token: string, query = question) =>
  lethe.post(JSON.stringify({ query }), { authorization: `Bearer ${token}` });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a login is a person with the roles and the project of its claims', async () => {
  expect(await ask(await issuer.login(ml))).toEqual({
    status: 200,
    data: {
      me: { kind: 'PERSON', actorId: 'person:olga', name: 'Olga', roles: ['ENGINEER'], project: { name: 'acme' } },
    },
  });
  const both = await ask(await issuer.login({ ...ml, realm_access: { roles: 'dpo ml-team' }, tenant: 'default' }));
  expect(both.data).toMatchObject({ me: { roles: ['PRIVACY_OFFICER', 'ENGINEER'], project: { name: 'default' } } });
  expect(issuer.fetched).toBe(1);
});

test('a token of the server and the bootstrap token go on working beside it', async () => {
  expect((await lethe.ask(question)).data).toMatchObject({ me: { actorId: 'bootstrap' } });
  const { secret } = granted(await lethe.domain.tokens.create({ name: 'x', kind: 'BOT', roles: ['VIEWER'] }));
  expect((await ask(secret)).data).toMatchObject({ me: { kind: 'BOT' } });
});

test.each<[string, () => Promise<string> | string, string]>([
  ['expired', () => issuer.login({ ...ml, exp: seconds(-60) }), 'has expired'],
  ['not yet valid', () => issuer.login({ ...ml, nbf: seconds(60) }), 'is not valid yet'],
  ['without an end', () => issuer.login({ ...ml, exp: undefined }), 'does not say when it expires'],
  ['for another audience', () => issuer.login({ ...ml, aud: 'another' }), 'is for another audience'],
  ['of another issuer', () => issuer.login({ ...ml, iss: 'https://elsewhere.example' }), 'is of another issuer'],
  ['of nobody', () => issuer.login({ ...ml, sub: undefined }), 'does not say who it is of (sub)'],
  ['of no project', () => issuer.login({ ...ml, tenant: undefined }), 'names no project of this server (tenant)'],
  [
    'of an unknown project',
    () => issuer.login({ ...ml, tenant: 'umbrella' }),
    'names no project of this server (tenant)',
  ],
  ['of an unknown key', async () => issuer.login(ml, await newKey('unknown', 'RS256')), 'its issuer does not publish'],
  [
    'signed by somebody else',
    async () => issuer.login(ml, await newKey('first', 'RS256')),
    'signature that is not right',
  ],
  ['changed', async () => changed(await issuer.login(ml)), 'signature that is not right'],
  ['unsigned', async () => unsigned(await issuer.login(ml)), 'is not signed in a way that is accepted'],
  [
    'signed with the public key as a secret',
    async () => confused(await issuer.login(ml)),
    'not signed in a way that is accepted',
  ],
  ['no JSON', () => 'aaaa.bbbb.cccc', 'cannot be read'],
])('a login that is %s is refused and says why', async (_, make, reason) => {
  const { status, errors } = await ask(await make());
  expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  expect(errors?.[0]?.message).toContain(reason);
});

function changed(token: string): string {
  const [head, payload, signature] = token.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [head, part({ ...claims, sub: 'ada' }), signature].join('.');
}

const unsigned = (token: string) => `${part({ alg: 'none' })}.${token.split('.')[1]}.`;

function confused(token: string): string {
  const signed = `${part({ alg: 'HS256', kid: 'first' })}.${token.split('.')[1]}`;
  return `${signed}.${createHmac('sha256', JSON.stringify(issuer.keys[0]!.published)).update(signed).digest('base64url')}`;
}

test('without a role that means something here nothing is allowed', async () => {
  const { status, errors } = await ask(await issuer.login({ ...ml, realm_access: { roles: ['ADMIN'] } }));
  expect([status, errors?.[0]?.extensions.code]).toEqual([403, 'FORBIDDEN']);
});

test('keys are rotated without a restart, and a withdrawn one admits nobody', async () => {
  const old = await issuer.login(ml);
  expect((await ask(old)).status).toBe(200);
  await issuer.rotate('second', 'ES256');
  await new Promise((done) => setTimeout(done, 2100)); // the shortest time between two fetches
  expect((await ask(await issuer.login(ml))).status).toBe(200);
  expect((await ask(old)).status).toBe(401);
});

test('a WebSocket is closed when the login ends', async () => {
  const scene = await setTheScene(lethe.domain);
  const run = granted(await lethe.domain.runs.start(scene.request));
  // Two seconds are left of the five that clocks may differ by.
  const token = await issuer.login({ ...ml, tenant: 'default', exp: seconds(-3) });
  const client = lethe.socket({ token });
  clients.push(client);
  const { items, end } = await follow(client, `subscription { runEvents(runId: "${run.id}") { __typename } }`);
  expect(items.length).toBeGreaterThan(0);
  expect(end).toMatchObject({ code: 4403 });
});

test('an issuer that cannot be reached is no fault of the client', async () => {
  const alone = await Issuer.start();
  const url = alone.url;
  const server = await TestServer.start({ LETHE_OIDC_ISSUER: url, LETHE_OIDC_AUDIENCE: alone.audience });
  const token = await alone.login({ roles: ['viewer'] });
  await alone.close();
  const request = { method: 'POST', headers: { ...server.headers, authorization: `Bearer ${token}` }, body: '{}' };
  expect((await fetch(`${server.url}/graphql`, request)).status).toBe(500);
  await server.close();
});
