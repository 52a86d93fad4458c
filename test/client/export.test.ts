import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { readCheckpoint } from '../../src/clip';
import { openSafetensors } from '../../src/clip/safetensors/read-safetensors';
import { type Server, startServer } from '../../src/server';
import { closedLastly } from '../support/lastly';
import { got, type TinyService, tinyService } from '../support/tiny-service';

const run = promisify(execFile);
const CLI = resolve(__dirname, '../../src/cli.js');

let folder: string;
let service: TinyService;
let server: Server;
let checkpointId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-export-'));
  service = await tinyService(folder, 'embedded');
  server = closedLastly(await startServer({ ...service.config, port: 0 }, service.domain, pino({ level: 'silent' })));
  const source = join(folder, 'tiny');
  checkpointId = got(await service.domain.checkpoints.import({ name: 'again', source })).id;
}, 120_000);

afterAll(async () => {
  await server.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

/** `lethe export` as a user types it. */
async function lethe(...options: string[]): Promise<string> {
  const env = { ...process.env, LETHE_URL: server.url, LETHE_TOKEN: server.token };
  return (await run(process.execPath, [CLI, 'export', ...options], { env })).stdout;
}

test('a checkpoint comes back with the bytes it was imported with', async () => {
  const target = join(folder, 'whole');
  expect(await lethe(checkpointId, target)).toContain(`in ${target}`);
  const source = join(folder, 'tiny');
  expect((await readdir(target)).sort()).toEqual([...(await readdir(source)), 'model.sig'].sort());
  for (const name of await readdir(source))
    expect(await readFile(join(target, name))).toEqual(await readFile(join(source, name)));
});

test('and with a signature that shows so, and stops showing it when a file is changed', async () => {
  const target = join(folder, 'whole');
  const response = await fetch(`${server.url}/keys`, { headers: { authorization: `Bearer ${server.token}` } });
  await writeFile(join(folder, 'keys.json'), await response.text());
  const verify = () =>
    run(process.execPath, [CLI, 'verify', join(target, 'model.sig'), '--key', join(folder, 'keys.json')]);
  expect((await verify()).stdout).toMatch(/^VERIFIED: model signature/);
  await appendFile(join(target, 'config.json'), ' ');
  await expect(verify()).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('config.json is not what was'),
  });
});

test('its text encoder alone has the same weights, and nothing else is left in the folder', async () => {
  const target = join(folder, 'encoder');
  expect(await lethe(checkpointId, target, '--text-encoder')).toContain('CLIPTextModel)');
  expect(await readdir(target)).toEqual(['text_encoder', 'tokenizer']);
  const encoder = await openSafetensors(join(target, 'text_encoder/model.safetensors'));
  const tokens = encoder.tensors.find(({ name }) => name === 'text_model.embeddings.token_embedding.weight')!;
  const { weights } = await readCheckpoint(join(folder, 'tiny'));
  expect(await encoder.values(tokens)).toEqual(weights.get('token_embedding.weight')!.data);
  await encoder.close();
});

test('a checkpoint that does not exist leaves no folder behind', async () => {
  const target = join(folder, 'none', 'encoder');
  const unknown = '00000000-0000-4000-8000-000000000000';
  await expect(lethe(unknown, target, '--text-encoder')).rejects.toMatchObject({ code: 1 });
  expect(await readdir(folder)).not.toContain('none');
});

test('the class of the text encoder can be chosen; one that does not exist is refused in words', async () => {
  const target = join(folder, 'projected');
  await lethe(checkpointId, target, '--text-encoder', 'CLIPTextModelWithProjection');
  const config = JSON.parse(await readFile(join(target, 'text_encoder/config.json'), 'utf8'));
  expect(config).toMatchObject({ architectures: ['CLIPTextModelWithProjection'] });
  await expect(lethe(checkpointId, target, '--text-encoder', 'T5')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Allowed choices are CLIPTextModel, CLIPTextModelWithProjection'),
  });
});
