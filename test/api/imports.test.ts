import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { LetheClient } from '../../src/client/lethe-client';
import { readConfig } from '../../src/config';
import type { Domain } from '../../src/domain';
import { openDomain } from '../../src/open-domain';
import { type Server, startServer } from '../../src/server';
import { tinyCheckpoint, tinyImages } from '../support/tiny-world';

let folder: string;
let domain: Domain;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-imports-'));
  for (const place of ['listed', 'elsewhere']) {
    await mkdir(join(folder, place));
    await tinyCheckpoint(join(folder, place, 'clip'));
    await tinyImages(join(folder, place, 'images'), 1, 1);
  }
  const config = readConfig({
    LETHE_HOME: join(folder, 'home'),
    LETHE_PORT: '0',
    LETHE_IMPORT_FOLDERS: join(folder, 'listed'),
  });
  domain = await openDomain(config);
  server = await startServer(config, domain, pino({ level: 'silent' }));
});
afterAll(async () => {
  await server.close();
  await domain.close();
  await rm(folder, { recursive: true, force: true });
});

test('a server takes in what lies in the folders that its operator lists, and nothing else', async () => {
  const client = new LetheClient(server.url, server.token);
  const taken = async (field: 'importCheckpoint' | 'registerDataset', source: string) => {
    const input = `${field.slice(0, 1).toUpperCase()}${field.slice(1)}Input`;
    const answer = await client.request<Record<string, { __typename: string; message?: string }>>(
      `mutation ($input: ${input}!) { ${field}(input: $input) { __typename ... on UserError { message } } }`,
      { input: { name: 'x', source: join(folder, source) } },
    );
    return answer[field]!;
  };
  expect(await taken('importCheckpoint', 'listed/clip')).toEqual({ __typename: 'Checkpoint' });
  expect(await taken('registerDataset', 'listed/images')).toEqual({ __typename: 'Dataset' });
  for (const [field, source] of [
    ['importCheckpoint', 'elsewhere/clip'],
    ['registerDataset', 'elsewhere/images'],
    ['importCheckpoint', 'listed/../elsewhere/clip'],
    ['registerDataset', 'home'],
  ] as const) {
    expect(await taken(field, source)).toEqual({
      __typename: 'ImportNotAllowed',
      message: expect.stringContaining(`paths must lie in ${join(folder, 'listed')}`),
    });
  }
});
