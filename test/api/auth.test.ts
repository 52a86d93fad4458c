import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../src/config';
import { startServer } from '../../src/server';
import { freshEmbedded } from '../support/databases';
import { granted, openDomain } from '../support/domain';
import { follow, TestServer } from '../support/server';

const question = JSON.stringify({ query: '{ info { version } }' });
let lethe: TestServer;
beforeAll(async () => {
  lethe = await TestServer.start();
});
afterAll(() => lethe.close());

test('the token lies in the home folder, readable by its owner alone', async () => {
  const path = join(lethe.place.folder, 'home', 'token');
  expect((await readFile(path, 'utf8')).trim()).toBe(lethe.server.token);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('the right token lets in, a wrong one and none do not', async () => {
  expect(await lethe.post(question)).toMatchObject({ status: 200, data: { info: { version: '0.1.0' } } });
  for (const authorization of [
    '',
    'Bearer',
    `Bearer ${lethe.server.token}x`,
    `Bearer ${lethe.server.token?.slice(1)}`,
  ]) {
    const { status, errors } = await lethe.post(question, { authorization });
    expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  }
});

test('the refusal says whether a token was wrong or missing', async () => {
  const challenge = async (headers: Record<string, string>) =>
    (await fetch(`${lethe.url}/graphql`, { headers })).headers.get('www-authenticate');
  expect(await challenge({})).toBe('Bearer');
  expect(await challenge({ authorization: 'Bearer wrong' })).toBe('Bearer error="invalid_token"');
});

test('a wrong token is refused before the body is read', async () => {
  const { status } = await lethe.post('x'.repeat(10_000_000), { authorization: 'Bearer wrong' });
  expect(status).toBe(401);
});

test('metrics and downloads ask for the token, probes do not', async () => {
  expect((await fetch(`${lethe.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${lethe.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${lethe.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${lethe.url}/checkpoints/x/files/model.safetensors`)).status).toBe(401);
  const metrics = await (await fetch(`${lethe.url}/metrics`, { headers: lethe.headers })).text();
  expect(metrics).toContain('lethe_http_request_seconds_count');
});

test('a name that is not ours in Host or Origin is refused: no DNS rebinding, no other sites', async () => {
  const { authorization } = lethe.headers as { authorization: string };
  expect(await lethe.status({ authorization, host: 'rebound.example' })).toBe(403);
  expect(await lethe.status({ authorization, origin: 'https://elsewhere.example' })).toBe(403);
  expect(await lethe.status({ authorization, origin: 'null' })).toBe(403);
  expect((await lethe.post(question, { origin: 'http://localhost:5173' })).status).toBe(200);
});

test('a form of another site cannot send a mutation: simple requests are refused', async () => {
  expect((await lethe.post(question, { 'content-type': 'text/plain' })).status).toBe(400);
});

test('a WebSocket shows its token in connection_init or in the upgrade', async () => {
  const ask = async (parameters: Record<string, unknown>, headers?: object) => {
    const client = lethe.socket(parameters, headers);
    const { items, end } = await follow(client, '{ info { version } }');
    await client.dispose();
    return items.length > 0 ? end : (end as { code?: number; message?: string });
  };
  expect(await ask({ token: lethe.server.token })).toBe('completed');
  expect(await ask({ Authorization: `Bearer ${lethe.server.token}` })).toBe('completed');
  expect(await ask({}, { authorization: `Bearer ${lethe.server.token}` })).toBe('completed');
  expect(await ask({ token: 'wrong' })).toMatchObject({ code: 4403 });
  expect(await ask({})).toMatchObject({ code: 4403 });
  expect(await ask({}, { authorization: 'Bearer wrong' })).toMatchObject({ message: expect.stringContaining('401') });
  expect(await ask({ token: lethe.server.token }, { origin: 'https://elsewhere.example' })).toMatchObject({
    message: expect.stringContaining('403'),
  });
});

test('without the bootstrap token, issued ones alone let in, and no request brings it back', async () => {
  const environment = { LETHE_TOKEN: 'the bootstrap token', LETHE_AUTH: 'no-bootstrap' };
  const server = await TestServer.start(environment);
  const asks = (token: string) => server.post(question, { authorization: `Bearer ${token}` });
  expect(server.server.token).toBeUndefined();
  for (const token of [environment.LETHE_TOKEN, 'undefined', '']) expect((await asks(token)).status).toBe(401);
  expect(await readdir(join(server.place.folder, 'home'))).not.toContain('token');
  const tokens = [];
  for (const [name, role] of [
    ['ned', 'ENGINEER'],
    ['ada', 'ADMIN'],
  ] as const) {
    expect(await server.domain.tokens.someAdminister()).toBe(false);
    tokens.push(granted(await server.domain.tokens.create({ name, kind: 'PERSON', holder: name, roles: [role] })));
  }
  for (const { secret } of tokens) expect((await asks(secret)).status).toBe(200);
  expect(await server.domain.tokens.someAdminister()).toBe(true);
  await server.domain.tokens.revoke(tokens[1]!.token.id);
  expect(await server.domain.tokens.someAdminister()).toBe(false);
  await server.close();
});

test('a server that nobody can administer says so at the start', async () => {
  const place = await freshEmbedded();
  const domain = await openDomain(place);
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  const warned = async (environment: NodeJS.ProcessEnv) => {
    lines.length = 0;
    const config = { ...readConfig(environment), port: 0, home: join(place.folder, 'home') };
    await (await startServer(config, domain, log)).close();
    return lines.some((line) => line.includes('nobody can administer'));
  };
  const oidc = { LETHE_OIDC_ISSUER: 'https://id.example', LETHE_OIDC_AUDIENCE: 'lethe' };
  expect(await warned({ LETHE_AUTH: 'no-bootstrap' })).toBe(true);
  expect(await warned({ LETHE_AUTH: 'no-bootstrap', ...oidc })).toBe(false);
  expect(await warned({})).toBe(false);
  granted(await domain.tokens.create({ name: 'ada', kind: 'PERSON', holder: 'ada', roles: ['ADMIN'] }));
  expect(await warned({ LETHE_AUTH: 'no-bootstrap' })).toBe(false);
  await domain.close();
  await place.discard();
});

test('with authentication off everybody administers the default project', async () => {
  const open = await TestServer.start({ LETHE_AUTH: 'none' });
  const query = '{ me { actorId roles project { name } } }';
  const expected = { me: { actorId: 'anybody', roles: ['ADMIN'], project: { name: 'default' } } };
  expect((await open.post(JSON.stringify({ query }), { authorization: '' })).data).toEqual(expected);
  const client = open.socket({});
  expect((await follow(client, query)).items).toEqual([expected]);
  await client.dispose();
  await open.close();
});
