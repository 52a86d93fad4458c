import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Token } from '../../src/client/tokens';
import { TestServer } from '../support/server';

const run = promisify(execFile);
const CLI = resolve(__dirname, '../../src/cli.js');

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

/** `lethe token` as a user types it. */
async function token(options: string[], secret = server.server.token): Promise<string> {
  const env = { ...process.env, LETHE_URL: server.url, LETHE_TOKEN: secret };
  return (await run(process.execPath, [CLI, 'token', ...options], { env })).stdout.trim();
}

test('a token is made, used, listed and revoked from a shell', async () => {
  const viewer = ['create', '--name', 'dashboard', '--role', 'VIEWER', 'REVIEWER', '--days', '2'];
  const secret = await token(viewer);
  const authorization = `Bearer ${secret}`;
  const ask = () => server.post(JSON.stringify({ query: '{ me { name roles } }' }), { authorization });
  expect((await ask()).data).toEqual({ me: { name: 'dashboard', roles: ['VIEWER', 'REVIEWER'] } });

  const [listed] = (await token(['list'])).split('\n').map((line) => JSON.parse(line) as Token);
  expect(listed).toMatchObject({ name: 'dashboard', kind: 'BOT', vouchers: ['bootstrap'], revokedAt: null });
  expect((Date.parse(listed!.expiresAt) - Date.now()) / 86_400_000).toBeCloseTo(2, 2);

  await expect(token(['list'], secret)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is for ADMIN'),
  });
  expect(await token(['revoke', listed!.id])).toMatch(/^dashboard was revoked at /);
  expect((await ask()).status).toBe(401);
});

test('what the server refuses is said in words', async () => {
  const wrong = token(['create', '--name', 'x', '--role', 'VIEWER', '--days', '4000']);
  await expect(wrong).rejects.toMatchObject({ code: 1, stderr: 'a token expires within 366 days\n' });
  await expect(token(['create', '--name', 'x', '--role', 'VIEWER', '--days', 'x'])).rejects.toMatchObject({
    stderr: '--days must be a number\n',
  });
});
