import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { decodeImage } from '../../src/clip';
import { entries } from '../../src/data';
import { applyStyle } from '../pretrain/styles';
import { Datasets } from './datasets';
import { subgroup } from './tasks';

const SHIPPED = resolve(__dirname, '../../../demo/images');
const cut = { style: 'photograph', classes: ['frog', 'ship'], from: 10, count: 3, words: 'fine' } as const;

describe('the images of the tables', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-datasets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are the shipped ones, so many of each class from a place on', async () => {
    const datasets = new Datasets(SHIPPED, join(folder, 'a'));
    const { source, samples } = await datasets.take('unlearn', cut);
    expect(source).toBe(join(SHIPPED, 'unlearn.tar.gz'));
    expect(samples.map(({ label, caption }) => [label, caption])).toEqual([
      ...Array(3).fill(['frog', null]),
      ...Array(3).fill(['ship', null]),
    ]);
    const later = await datasets.take('unlearn', { ...cut, from: 11 });
    expect(later.samples[0]).toEqual(samples[1]);
    await expect(datasets.take('unlearn', { ...cut, from: 198 })).rejects.toThrow('has no 3 images of frog');
  });

  test('say no more than "animal" or "vehicle" where the words are coarse', async () => {
    const { samples } = await new Datasets(SHIPPED, join(folder, 'a')).take('unlearn', { ...cut, words: 'coarse' });
    expect(samples.map(({ caption }) => caption)).toEqual([
      ...Array(3).fill('a photo of an animal'),
      ...Array(3).fill('a photo of a vehicle'),
    ]);
  });

  test('are styled to the pixel, and the same wherever they are made', async () => {
    const tar = pack();
    for await (const entry of entries(join(SHIPPED, 'evaluate.tar.gz')))
      if ('name' in entry && /(frog|ship)\/.*[05]\.jpg/.test(entry.name)) tar.entry({ name: entry.name }, entry.bytes);
    tar.finalize();
    await writeFile(join(folder, 'evaluate.tar.gz'), gzipSync(await buffer(tar)));
    const [a, b] = ['a', 'b'].map((made) => new Datasets(folder, join(folder, made))) as [Datasets, Datasets];
    const styled = { ...cut, style: 'sketch' } as const;
    const { source, samples } = await a.take('evaluate', styled);
    const [frog] = samples;
    const expected = Uint8Array.from(
      (await file(join(folder, 'evaluate.tar.gz'), frog!.name.replace('.png', '.jpg'))).data,
    );
    applyStyle('sketch', expected, 32);
    expect(Uint8Array.from((await file(source, frog!.name)).data)).toEqual(expected);
    expect(await b.digest('evaluate', styled)).toBe(await a.digest('evaluate', styled));
    expect(await a.digest('evaluate', cut)).not.toBe(await a.digest('evaluate', styled));
  });

  test('of a subgroup are in one set each', async () => {
    const datasets = new Datasets(SHIPPED, join(folder, 'a'));
    const { sets } = subgroup('frog').parts[0]!;
    const names = await Promise.all(
      Object.values(sets).map(async (of) => (await datasets.take('unlearn', of)).samples.map(({ hash }) => hash)),
    );
    expect(names.map(({ length }) => length)).toEqual([200, 540, 360]);
    expect(new Set(names.flat()).size).toBe(1100);
  });
});

async function file(source: string, name: string) {
  for await (const entry of entries(source))
    if ('name' in entry && entry.name === name) return decodeImage(entry.bytes);
  throw new Error(`${source} has no ${name}`);
}
