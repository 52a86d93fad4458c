import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { freshEmbedded } from '../support/databases';

const run = promisify(execFile);
const source = resolve(__dirname, '../../src');

test('the server loads neither ONNX Runtime nor a plugin', async () => {
  const script = `
    for (const entry of ['server.js', 'start.js', 'open-domain.js']) require(process.argv[1] + '/' + entry);
    console.log(Object.keys(require.cache).filter((file) => /onnxruntime|dist.plugins/.test(file)).join());
    process.exit();`;
  const { stdout } = await run(process.execPath, ['-e', script, source]);
  expect(stdout.trim()).toBe('');
});

test('what the environment gets wrong is said in words, without a stack', async () => {
  const started = run(process.execPath, [`${source}/cli.js`, 'start'], {
    env: { ...process.env, LETHE_PORT: 'forty' },
  });
  await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('LETHE_PORT must be') });
});

test('a port that is taken is said in words, and nothing stays behind', async () => {
  const place = await freshEmbedded();
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => other.once('listening', listening));
  const { port } = other.address() as AddressInfo;
  const env = {
    ...process.env,
    LETHE_PORT: String(port),
    LETHE_HOME: place.folder,
    DATABASE_URL: '',
    LETHE_LOG_LEVEL: 'silent',
  };
  const started = run(process.execPath, [`${source}/cli.js`, 'start'], { env });
  await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/LETHE_PORT \d+ is taken/) });
  other.close();
  await place.discard();
}, 120_000);

test('a key that cannot sign the log is said in words before anything is served', async () => {
  const place = await freshEmbedded();
  const key = resolve(place.folder, 'key.pem');
  await writeFile(
    key,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }),
  );
  const env = { ...process.env, LETHE_PORT: '0', LETHE_HOME: place.folder, LETHE_LOG_KEY: key, DATABASE_URL: '' };
  const started = run(process.execPath, [`${source}/cli.js`, 'server'], { env });
  await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('must be an Ed25519 key') });
  await place.discard();
}, 120_000);

test('a server with a key that the installation does not sign with refuses to start, until the key was put in place', async () => {
  const { folder, discard } = await freshEmbedded();
  const env = { ...process.env, LETHE_PORT: '0', LETHE_HOME: folder, DATABASE_URL: '' };
  const cli = (words: string[], more = {}) =>
    run(process.execPath, [`${source}/cli.js`, ...words], { env: { ...env, ...more } });
  expect((await cli(['keys', 'replace'])).stdout).toMatch(/^LOG: lethe\.log\/[0-9a-f]{16}\nDOCUMENTS: [0-9a-f]{64}\n$/);
  const key = resolve(folder, 'another.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const other = { LETHE_SIGNING_KEY: key };
  await expect(cli(['server'], other)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/LETHE_SIGNING_KEY.*lethe keys replace/s),
  });
  expect((await cli(['keys', 'replace'], other)).stdout).toMatch(/^DOCUMENTS: [0-9a-f]{64}\n$/);
  expect((await cli(['keys', 'replace'], other)).stdout).toBe('these keys are in use already\n');
  await discard();
}, 180_000);
