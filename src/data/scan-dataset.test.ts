import { truncate } from 'node:fs/promises';
import { scanDataset, sha256 } from '.';
import { jpeg, makeArchive, makeFolder, temporaryFolder } from './testing/make-dataset';

describe('scanning a dataset', () => {
  test('finds classes, hashes and sizes in a folder of class folders', async () => {
    const [dog, cat] = [await jpeg(10), await jpeg(20)];
    const root = await makeFolder({ 'dog/1.jpg': dog, 'cat/1.jpg': cat, 'notes.txt': 'not an image' });
    const index = await scanDataset(root);
    expect(index.kind).toBe('CLASS_FOLDERS');
    expect(index.classes).toEqual(['cat', 'dog']);
    expect(index.samples).toEqual([
      { name: 'cat/1.jpg', hash: sha256(cat), bytes: cat.length, label: 'cat', caption: null },
      { name: 'dog/1.jpg', hash: sha256(dog), bytes: dog.length, label: 'dog', caption: null },
    ]);
  });

  test('a folder, a tar and a tar.gz of the same images have one digest; another label gives another', async () => {
    const [dog, cat] = [await jpeg(10), await jpeg(20)];
    const packed = [
      { name: './mine/cat/b.jpg', content: cat },
      { name: './mine/dog/a.jpg', content: dog },
    ];
    const digests = [
      (await scanDataset(await makeFolder({ 'dog/1.jpg': dog, 'cat/1.jpg': cat }))).digest,
      (await scanDataset(await makeArchive(packed))).digest,
      (await scanDataset(await makeArchive(packed, 'dataset.tar'))).digest,
    ];
    expect(new Set(digests).size).toBe(1);
    const relabelled = await scanDataset(await makeFolder({ 'cat/1.jpg': dog, 'dog/1.jpg': cat }));
    expect(relabelled.digest).not.toBe(digests[0]);
  });

  test('equal images of one class count once', async () => {
    const dog = await jpeg(10);
    const { samples } = await scanDataset(await makeFolder({ 'dog/1.jpg': dog, 'dog/copy.jpg': dog }));
    expect(samples.map(({ name }) => name)).toEqual(['dog/1.jpg']);
  });

  test('joins captions.jsonl, with several captions for an image and optional labels', async () => {
    const dog = await jpeg(10);
    const captions = '{"file":"a.jpg","caption":"a dog"}\n\n{"file":"a.jpg","caption":"an animal","label":"dog"}\n';
    const root = await makeFolder({ 'images/a.jpg': dog, 'images/captions.jsonl': captions });
    const index = await scanDataset(root);
    expect(index.kind).toBe('CAPTIONED');
    expect(index.classes).toEqual(['dog']);
    expect(index.samples.map(({ caption, label }) => [caption, label])).toEqual([
      ['a dog', null],
      ['an animal', 'dog'],
    ]);
  });

  test('stops when asked to', async () => {
    const root = await makeFolder({ 'dog/1.jpg': await jpeg(10) });
    await expect(scanDataset(root, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe('refuses', () => {
  test('a JPEG that was cut off, by its name', async () => {
    const dog = await jpeg(10);
    const root = await makeFolder({ 'dog/1.jpg': dog, 'dog/2.jpg': dog.subarray(0, dog.length - 20) });
    await expect(scanDataset(root)).rejects.toMatchObject({ code: 'IMAGE_CORRUPT', path: 'dog/2.jpg' });
  });

  test('a text that calls itself a JPEG', async () => {
    const root = await makeFolder({ 'dog/1.jpg': 'hello' });
    await expect(scanDataset(root)).rejects.toMatchObject({ code: 'IMAGE_CORRUPT' });
  });

  test.each(['folder', 'archive'])('an empty class, in a %s', async (kind) => {
    const dog = await jpeg(10);
    const source =
      kind === 'folder'
        ? await makeFolder({ 'dog/1.jpg': dog, cat: null })
        : await makeArchive([
            { name: 'cat/', type: 'directory' },
            { name: 'dog/1.jpg', content: dog },
          ]);
    await expect(scanDataset(source)).rejects.toMatchObject({ code: 'CLASS_EMPTY', path: 'cat' });
  });

  test('an image outside a class folder', async () => {
    const root = await makeFolder({ '1.jpg': await jpeg(10) });
    await expect(scanDataset(root)).rejects.toMatchObject({ code: 'DATASET_LAYOUT', path: '1.jpg' });
  });

  test('a folder without images, a path without anything, and a file of another kind', async () => {
    const root = await makeFolder({ 'readme.md': 'nothing here' });
    await expect(scanDataset(root)).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
    await expect(scanDataset(`${root}/gone`)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    await expect(scanDataset(`${root}/readme.md`)).rejects.toMatchObject({ code: 'DATASET_LAYOUT' });
  });

  test.each([
    ['{"file":"a.jpg"', 'captions.jsonl:1: not JSON'],
    ['{"file":"a.jpg"}', 'captions.jsonl:1: "caption" must be a text'],
    [
      '{"file":"a.jpg","caption":"a \\u0000 dog"}',
      'captions.jsonl:1: "caption" has U+0000 or half of a surrogate pair',
    ],
    ['{"file":"a.jpg","caption":"a","label":"\\ud800"}', 'captions.jsonl:1: "label" has U+0000 or half'],
    [`{"file":"a.jpg","caption":"a","label":"${'a'.repeat(256)}"}`, '"label" may have at most 255 characters'],
    ['{"file":"a.jpg","caption":"a dog"}\n{"file":"b.jpg","caption":"a cat"}', 'captions.jsonl:2: there is no image'],
    ['', '1 image(s) have no caption'],
  ])('captions.jsonl with %j', async (captions, message) => {
    const root = await makeFolder({ 'a.jpg': await jpeg(10), 'captions.jsonl': captions });
    await expect(scanDataset(root)).rejects.toMatchObject({
      code: 'CAPTIONS_INVALID',
      message: expect.stringContaining(message),
    });
  });

  test('an archive that was cut off, and one that is none', async () => {
    const archive = await makeArchive([{ name: 'dog/1.jpg', content: await jpeg(10) }]);
    await truncate(archive, 200);
    await expect(scanDataset(archive)).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
    const text = await makeFolder({ 'fake.tar': 'x'.repeat(2000), 'fake.tar.gz': 'hello' });
    await expect(scanDataset(`${text}/fake.tar`)).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
    await expect(scanDataset(`${text}/fake.tar.gz`)).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
    await expect(scanDataset(await temporaryFolder())).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
  });
});
