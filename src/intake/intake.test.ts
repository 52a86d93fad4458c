import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tinyCheckpoint, tinyImages } from '../../test/support/tiny-world';
import { Refusal } from '../domain';
import { checkpointIntake } from './checkpoint-intake';
import { datasetIntake } from './dataset-intake';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-intake-'));
  await tinyCheckpoint(join(folder, 'tiny'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const take = (source: string) => checkpointIntake(join(folder, 'hub'))(source);
const reason = async (source: string) => {
  const answer = await take(source);
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
  const found = await datasetIntake(images);
  expect(found).toMatchObject({ format: 'CLASS_FOLDERS', classes: ['cat', 'dog', 'ship'], source: images });
  expect((found as { samples: object[] }).samples).toHaveLength(6);
  await mkdir(join(images, 'zebra'));
  const refused = await datasetIntake(images);
  expect(refused).toMatchObject({ code: 'DATASET_UNREADABLE', message: expect.stringContaining('zebra') });
});
