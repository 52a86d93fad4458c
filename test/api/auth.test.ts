import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
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
