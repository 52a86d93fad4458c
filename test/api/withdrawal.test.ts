import type { Client } from 'graphql-ws';
import type { CreateToken } from '../../src/domain';
import { granted, type Scene, setTheScene } from '../support/domain';
import { follow, TestServer } from '../support/server';

const document = 'subscription ($runId: ID!) { runEvents(runId: $runId) { __typename } }';

let lethe: TestServer;
let scene: Scene;
let runId: string;
const clients: Client[] = [];
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
  runId = granted(await lethe.domain.runs.start(scene.request)).id;
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await lethe.close();
});

const make = async (changes: Partial<CreateToken> = {}) =>
  granted(await lethe.domain.tokens.create({ name: 'follower', kind: 'BOT', roles: ['VIEWER'], ...changes }));

function connect(secret: string, headers?: object): Client {
  const client = lethe.socket(headers ? {} : { token: secret }, headers);
  clients.push(client);
  return client;
}

/** Follows the silent run; `began` resolves with the first event. */
function following(client: Client) {
  let began = () => {};
  const first = new Promise<void>((resolve) => {
    began = resolve;
  });
  return { first, followed: follow(client, document, { runId }, began) };
}

/** Milliseconds until it ends, and how. */
async function ending(followed: ReturnType<typeof follow>) {
  const from = Date.now();
  const { end } = await followed;
  return { ms: Date.now() - from, end };
}

test.each(['connection_init', 'the upgrade'])(
  'a revoked token that was shown in %s closes its sockets, and no others',
  async (where) => {
    const [revoked, kept] = [await make(), await make()];
    const headers = { authorization: `Bearer ${revoked.secret}` };
    const going = following(connect(revoked.secret, where === 'the upgrade' ? headers : undefined));
    const staying = following(connect(kept.secret));
    await Promise.all([going.first, staying.first]);
    await lethe.domain.tokens.revoke(revoked.token.id);
    const { end, ms } = await ending(going.followed);
    expect(end).toMatchObject({ code: 4403, reason: 'The credentials are no longer valid' });
    expect(ms).toBeLessThan(2000);
    const still = await Promise.race([
      staying.followed,
      new Promise((resolve) => setTimeout(resolve, 300, 'still there')),
    ]);
    expect(still).toBe('still there');
    await lethe.domain.tokens.revoke(kept.token.id);
    await staying.followed;
  },
);

test('a token that expires closes its sockets', async () => {
  const { secret } = await make({ expiresAt: new Date(Date.now() + 2500) });
  const { first, followed } = following(connect(secret));
  await first;
  const { end, ms } = await ending(followed);
  expect(end).toMatchObject({ code: 4403 });
  expect(ms).toBeLessThan(4500);
});

test('a subscription whose role was taken away ends with FORBIDDEN; the socket stays for what is left', async () => {
  const { token, secret } = await make({ roles: ['ENGINEER'] });
  const client = connect(secret);
  const { first, followed } = following(client);
  await first;
  await lethe.domain.tokens.changeRoles(token.id, ['VIEWER']);
  expect((await follow(client, '{ me { roles } }')).items).toEqual([{ me: { roles: ['VIEWER'] } }]);
  // A role that may not read anything is none of those there are: it is written into the row.
  await lethe.domain.database.query(`UPDATE api_token SET roles = '{}' WHERE id = $1`, [token.id]);
  await lethe.domain.database.notify('lethe_access', token.id);
  const { end, ms } = await ending(followed);
  expect(end).toEqual([
    expect.objectContaining({
      message: 'runEvents is for any role; follower is nobody',
      extensions: { code: 'FORBIDDEN' },
    }),
  ]);
  expect(ms).toBeLessThan(2000);
  expect((await follow(client, '{ info { version } }')).errors).toEqual(['FORBIDDEN']);
});

test('what was given up leaves nothing behind', async () => {
  const gauge = async () => {
    const text = await (await fetch(`${lethe.url}/metrics`, { headers: lethe.headers })).text();
    return Number(/^lethe_subscriptions (\d+)/m.exec(text)?.[1]);
  };
  for (let attempt = 0; attempt < 50 && (await gauge()) > 0; attempt++)
    await new Promise((done) => setTimeout(done, 50));
  expect(await gauge()).toBe(0);
});
