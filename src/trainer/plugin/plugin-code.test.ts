import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPluginCode, stagePluginCode } from './plugin-code';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-plugin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the same code staged by several runs of one process at once is there once and whole', async () => {
  for (let i = 0; i < 20; i++) await writeFile(join(folder, `part-${i}.js`), `exports.part = ${i};`);
  const code = await readPluginCode(folder);
  const store = join(folder, 'store');
  const staged = await Promise.all(Array.from({ length: 8 }, () => stagePluginCode(code, store)));
  expect(new Set(staged).size).toBe(1);
  expect((await readdir(staged[0]!)).sort()).toEqual([...code.files.keys(), 'node_modules'].sort());
  expect(await readdir(store)).toEqual([code.digest]);
});
