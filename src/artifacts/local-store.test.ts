import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { digestOfFiles, fetchFolder, LocalStore, putFolder } from '.';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-artifacts-'));
  store = new LocalStore(join(folder, 'store'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fileWith(text: string, name = 'file'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}
const pathOf = (digest: string) => join(folder, 'store', digest.slice(0, 2), digest);

test('an artifact is named by its sha256 and comes back byte for byte', async () => {
  const stored = await store.put(await fileWith('weights'));
  expect(stored).toEqual({ digest: sha256('weights'), bytes: 7 });
  expect(await store.has(stored.digest)).toBe(true);
  expect((await buffer(await store.open(stored.digest))).toString()).toBe('weights');
});

test('the same bytes are stored once, and nothing else is left in the store', async () => {
  const [left, right] = [await fileWith('weights', 'a'), await fileWith('weights', 'b')];
  await Promise.all([store.put(left), store.put(right), store.put(left)]);
  expect(await readdir(join(pathOf(sha256('weights')), '..'))).toEqual([sha256('weights')]);
});

test('damage is noticed when reading, even one bit', async () => {
  const { digest } = await store.put(await fileWith('weights'));
  await appendFile(pathOf(digest), '!');
  await expect(buffer(await store.open(digest))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
});

test('what is not there is missing, and what is not a digest is no path', async () => {
  await expect(store.open(sha256('nothing'))).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  await expect(store.has('../../../etc/passwd')).rejects.toThrow('internal: "../../../etc/passwd" is not a digest');
});

test('deleting is final and may be repeated', async () => {
  const { digest } = await store.put(await fileWith('weights'));
  await store.delete(digest);
  await store.delete(digest);
  expect(await store.has(digest)).toBe(false);
});

test('a folder is stored file by file, and written back as it was', async () => {
  const source = join(folder, 'source');
  await mkdir(join(source, 'text_encoder'), { recursive: true });
  await writeFile(join(source, 'config.json'), '{}');
  await writeFile(join(source, 'text_encoder', 'model.safetensors'), 'weights');
  const files = await putFolder(store, source);
  expect(files.map(({ path }) => path)).toEqual(['config.json', 'text_encoder/model.safetensors']);
  const target = join(folder, 'target');
  await fetchFolder(store, files, target);
  expect(await readFile(join(target, 'text_encoder', 'model.safetensors'), 'utf8')).toBe('weights');
  // What `sha256sum` prints for these files, hashed once more.
  const listing = `${sha256('{}')}  config.json\n${sha256('weights')}  text_encoder/model.safetensors\n`;
  expect(digestOfFiles([...files].reverse())).toBe(sha256(listing));
  expect(await putFolder(store, source, ['config.json'])).toHaveLength(1);
});

test('a stored path that leads out of the folder is never written', async () => {
  const stored = await store.put(await fileWith('weights'));
  await expect(fetchFolder(store, [{ path: '../outside', ...stored }], join(folder, 'target'))).rejects.toThrow(
    'internal',
  );
});
