import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describePlugins } from './plugins';

/** Each never finishes loading: the first keeps its process busy, the second leaves it waiting. */
const HANGING = { 'busy/index.js': 'for (;;);', 'waiting/index.mjs': 'await new Promise(() => {});' };

test('a plugin that hangs while it is loaded is reported when its time is over, and the next one has its turn', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-plugins-'));
  for (const [path, code] of Object.entries(HANGING)) {
    await mkdir(join(folder, 'plugins', path, '..'), { recursive: true });
    await writeFile(join(folder, 'plugins', path), code);
  }
  const { loaded, broken } = await describePlugins([join(folder, 'plugins')], join(folder, 'store'), 500);
  expect(loaded).toEqual([]);
  expect(broken).toEqual([
    { plugin: 'busy', reason: 'it did not load within 0.5 seconds' },
    { plugin: 'waiting', reason: 'it did not load within 0.5 seconds' },
  ]);
  await rm(folder, { recursive: true, force: true });
});
