import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { S3Store } from '../src/artifacts';

/** As much of S3's REST protocol as the store uses: objects in memory, the checksum of an upload compared. */
function s3(objects: Map<string, Buffer>): Server {
  return createServer(async (request, response) => {
    const key = request.url!.split('?')[0]!;
    const found = objects.get(key);
    if (request.method === 'PUT') {
      const body = await buffer(request);
      const checksum = createHash('sha256').update(body).digest('base64');
      if (request.headers['x-amz-checksum-sha256'] !== checksum) {
        response.writeHead(400).end('<Error><Code>BadDigest</Code></Error>');
        return;
      }
      objects.set(key, body);
      response.writeHead(200).end();
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (found) {
      response.writeHead(200, { 'content-length': found.length }).end(request.method === 'HEAD' ? undefined : found);
    } else {
      response.writeHead(404, { 'content-type': 'application/xml' });
      response.end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
    }
  });
}

const objects = new Map<string, Buffer>();
let server: Server;
let store: S3Store;
let folder: string;
beforeAll(async () => {
  server = s3(objects);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'lethe-s3-'));
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  store = new S3Store(client, 'models', 'lethe/');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

test('an artifact goes to the bucket under its digest and comes back checked', async () => {
  const file = join(folder, 'weights');
  await writeFile(file, 'weights');
  const { digest, bytes } = await store.put(file);
  expect(bytes).toBe(7);
  expect([...objects.keys()]).toEqual([`/models/lethe/${digest}`]);
  expect(await store.has(digest)).toBe(true);
  expect((await buffer(await store.open(digest))).toString()).toBe('weights');

  objects.set(`/models/lethe/${digest}`, Buffer.from('weightz'));
  await expect(buffer(await store.open(digest))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });

  await store.delete(digest);
  expect(await store.has(digest)).toBe(false);
  await expect(store.open(digest)).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
});
