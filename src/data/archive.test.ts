import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { entries, scanDataset } from '.';
import { jpeg, makeArchive, makeFolder } from './testing/make-dataset';

async function names(source: string, limits?: Parameters<typeof entries>[1]): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of entries(source, limits)) found.push('name' in entry ? entry.name : entry.directory);
  return found;
}

describe('an archive', () => {
  test.each(['../evil.jpg', 'dog/../../evil.jpg', '/tmp/lethe-evil.jpg', 'C:\\evil.jpg', 'dog\\..\\..\\evil.jpg'])(
    'that names %s is refused and writes nothing',
    async (name) => {
      const archive = await makeArchive([
        { name: 'dog/1.jpg', content: await jpeg(10) },
        { name, content: await jpeg(20) },
      ]);
      await expect(scanDataset(archive)).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE_PATH', path: name });
      expect(existsSync(join(dirname(archive), '../evil.jpg'))).toBe(false);
      expect(existsSync('/tmp/lethe-evil.jpg')).toBe(false);
    },
  );

  test.each(['symlink', 'link', 'character-device', 'fifo'] as const)('with a %s is refused', async (type) => {
    const archive = await makeArchive([{ name: 'dog/1.jpg', type, linkname: '/etc/passwd' }]);
    await expect(scanDataset(archive)).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE_PATH', path: 'dog/1.jpg' });
  });

  test('of zeros, a thousand times its packed size, is refused before it is unpacked', async () => {
    const zeros = Buffer.alloc(16 << 20);
    const archive = await makeArchive([1, 2, 3, 4].map((n) => ({ name: `dog/${n}.jpg`, content: zeros })));
    const before = process.memoryUsage().rss;
    await expect(scanDataset(archive)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  });

  test('is held to its limits of entries, of one file and of all', async () => {
    const content = await jpeg(10);
    const archive = await makeArchive([
      { name: 'dog/1.jpg', content },
      { name: 'dog/2.jpg', content },
    ]);
    for (const limits of [{ entries: 1 }, { fileBytes: 100 }, { totalBytes: 1000 }]) {
      await expect(names(archive, limits)).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    }
    expect(await names(archive)).toEqual(['dog/1.jpg', 'dog/2.jpg']);
  });

  test('may hold hidden files, which are passed over', async () => {
    const archive = await makeArchive([
      { name: 'dog/._1.jpg', content: Buffer.from('resource fork') },
      { name: 'dog/1.jpg', content: await jpeg(10) },
    ]);
    expect(await names(archive)).toEqual(['dog/1.jpg']);
  });

  test('can be left in the middle', async () => {
    const content = await jpeg(10);
    const archive = await makeArchive(Array.from({ length: 100 }, (_, n) => ({ name: `dog/${n}.jpg`, content })));
    for await (const entry of entries(archive)) {
      expect(entry).toMatchObject({ name: 'dog/0.jpg' });
      break;
    }
  });
});

test('a folder with a link is refused, for it may lead outside', async () => {
  const root = await makeFolder({ 'dog/1.jpg': await jpeg(10) });
  await symlink('/etc/passwd', join(root, 'dog/2.jpg'));
  await expect(scanDataset(root)).rejects.toMatchObject({ code: 'ARCHIVE_UNSAFE_PATH', path: 'dog/2.jpg' });
});
