import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tinyCheckpoint, tinyImages } from '../../test/support/tiny-world';
import { Refusal } from '../domain';
import { checkpointIntake } from './checkpoint-intake';
import { datasetIntake } from './dataset-intake';
import { ImportFolders } from './import-folders';
import { unreadable } from './unreadable';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-intake-'));
  await tinyCheckpoint(join(folder, 'tiny'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const anywhere = new ImportFolders(undefined);
const take = (source: string, from = anywhere) => checkpointIntake(from, join(folder, 'hub'))(source);
const reason = async (source: string, from = anywhere) => {
  const answer = await take(source, from);
  return answer instanceof Refusal ? answer.message : 'taken';
};

test('a checkpoint is described and its files are named, by path or by URL', async () => {
  const byPath = await take(join(folder, 'tiny'));
  expect(byPath).toMatchObject({
    folder: join(folder, 'tiny'),
    architecture: 'VIT',
    layout: 'HUGGING_FACE',
    parameterCount: 25_633,
    config: { embedDim: 16 },
  });
  expect((byPath as { paths: string[] }).paths).toEqual(expect.arrayContaining(['model.safetensors', 'config.json']));
  expect(await take(pathToFileURL(join(folder, 'tiny')).href)).toEqual(byPath);
});

test('what is no checkpoint is refused with the reason', async () => {
  expect(await reason(join(folder, 'nowhere'))).toContain('NOT_FOUND');
  await mkdir(join(folder, 'lying'));
  await writeFile(join(folder, 'lying', 'model.safetensors'), Buffer.from('ffffffffffffff7f', 'hex'));
  expect(await reason(join(folder, 'lying'))).toContain('MALFORMED_HEADER');
});

test('a name that the hub cannot have is refused before anything is asked', async () => {
  expect(await reason('hf:../../etc/passwd')).toContain('hf:owner/name');
  expect(await reason('hf:one')).toContain('hf:owner/name');
});

test('a dataset is described; one with an empty class is refused', async () => {
  const images = await tinyImages(join(folder, 'images'), 2, 1);
  const found = await datasetIntake(anywhere)(images);
  expect(found).toMatchObject({ format: 'CLASS_FOLDERS', classes: ['cat', 'dog', 'ship'], source: images });
  expect((found as { samples: object[] }).samples).toHaveLength(6);
  await mkdir(join(images, 'zebra'));
  const refused = await datasetIntake(anywhere)(images);
  expect(refused).toMatchObject({ code: 'DATASET_UNREADABLE', message: expect.stringContaining('zebra') });
});

test('what the operating system does not let be read is refused in its words', async () => {
  // Where there is no /proc, the words are others.
  const message = expect.stringMatching(/cannot be used: (EINVAL: invalid argument|ENOENT: )/);
  expect(await datasetIntake(anywhere)('/proc/self')).toMatchObject({ code: 'DATASET_UNREADABLE', message });
});

test('a folder where a file of weights should be is refused in the words of the operating system', async () => {
  await mkdir(join(folder, 'folders', 'model.safetensors'), { recursive: true });
  expect(await reason(join(folder, 'folders'))).toMatch(/cannot be used: EISDIR: /);
});

test('of a file that cannot be read the place in what was to be read is told, and no other place', async () => {
  const error = await readFile(join(folder, 'cat', '1.jpg')).catch((thrown: unknown) => thrown);
  expect(unreadable(error, folder)).toBe('ENOENT: no such file or directory (cat/1.jpg)');
  expect(unreadable(error, join(folder, 'dog'))).toBe('ENOENT: no such file or directory');
  expect(unreadable(new Error('ours'), folder)).toBeNull();
});

describe('where folders for imports are listed', () => {
  let listed: string;
  let folders: ImportFolders;
  beforeAll(async () => {
    listed = join(folder, 'listed');
    folders = new ImportFolders([join(folder, 'not there'), listed]);
    await mkdir(join(listed, 'clip'), { recursive: true });
    for (const name of await readdir(join(folder, 'tiny'))) {
      await copyFile(join(folder, 'tiny', name), join(listed, 'clip', name));
    }
    await mkdir(join(folder, 'listed-too'));
  });
  const notAllowed = (answer: unknown) => {
    expect(answer).toMatchObject({ code: 'IMPORT_NOT_ALLOWED', path: ['source'] });
    return (answer as Refusal).message;
  };

  test('what lies in one of them comes in, by path, by URL and through a link', async () => {
    await symlink(listed, join(folder, 'way in'));
    const there = join(listed, 'clip');
    for (const source of [there, pathToFileURL(there).href, `${listed}/./x/../clip`, join(folder, 'way in', 'clip')]) {
      expect(await take(source, folders)).toMatchObject({ folder: there });
    }
    expect(await reason(join(listed, 'nowhere'), folders)).toContain('NOT_FOUND');
    const images = await tinyImages(join(listed, 'images'), 1, 1);
    expect(await datasetIntake(folders)(images)).toMatchObject({ source: images });
  });

  test('what does not is refused, there or not, and the folders are named', async () => {
    const outside = ['tiny', 'nowhere', 'listed/../tiny', 'listed-too', '.'].map((name) => `${folder}/${name}`);
    for (const source of [
      ...outside,
      '/',
      '/etc/passwd',
      'file:///etc/passwd',
      'file://elsewhere/etc',
      'file:///%2f',
    ]) {
      const message = notAllowed(await take(source, folders));
      expect(notAllowed(await datasetIntake(folders)(source))).toBe(message);
      if (!/elsewhere|%2f/.test(source)) expect(message).toContain(`${listed} (LETHE_IMPORT_FOLDERS)`);
    }
  });

  test('links do not lead outside: neither a folder, nor one on the way, nor a file of a checkpoint, nor to nowhere', async () => {
    await symlink(join(folder, 'tiny'), join(listed, 'way out'));
    await symlink(folder, join(listed, 'up'));
    await symlink(join(folder, 'nowhere'), join(listed, 'dangling'));
    for (const name of ['way out', 'up/tiny', 'up/nowhere', 'dangling']) {
      notAllowed(await take(join(listed, name), folders));
      notAllowed(await datasetIntake(folders)(join(listed, name)));
    }
    await writeFile(join(folder, 'secret'), 'not for tenants');
    await symlink(join(folder, 'secret'), join(listed, 'clip', 'merges.txt.x'));
    expect(notAllowed(await take(join(listed, 'clip'), folders))).toContain('merges.txt.x in it is a link');
    notAllowed(await take(join(listed, 'clip', 'model.safetensors'), folders));
    await rm(join(listed, 'clip', 'merges.txt.x'));
    // As the hub's cache has it.
    await copyFile(join(folder, 'secret'), join(listed, 'blob'));
    await symlink('../blob', join(listed, 'clip', 'notes'));
    expect(await take(join(listed, 'clip'), folders)).toMatchObject({ folder: join(listed, 'clip') });
  });

  test('where none is listed, nothing comes in by path, and the hub is no path', async () => {
    const none = new ImportFolders([]);
    expect(notAllowed(await take(join(listed, 'clip'), none))).toContain('LETHE_IMPORT_FOLDERS');
    expect(await reason('hf:one', none)).toContain('hf:owner/name');
  });
});
