import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactWriter } from './artifact-writer';
import type { FromTrainer } from './messages';

test('every artifact has a file of its own, so that one being stored is not written over', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'lethe-artifact-'));
  const said: FromTrainer[] = [];
  const artifact = artifactWriter(scratch, (message) => said.push(message));
  await artifact('chart', 'A chart', 'image/svg+xml', '<svg/>');
  await artifact('chart', 'A better chart', 'image/svg+xml', Buffer.from('<svg></svg>'));
  const files = said.map((message) => (message.type === 'artifact' ? message.file : ''));
  expect(said).toMatchObject([{ name: 'chart', title: 'A chart' }, { title: 'A better chart' }]);
  expect(await Promise.all(files.map((file) => readFile(file, 'utf8')))).toEqual(['<svg/>', '<svg></svg>']);
  for (const name of ['', '../chart', 'A Chart', 'a/b']) {
    await expect(artifact(name, 'x', 'text/plain', '')).rejects.toThrow("an artifact's name");
  }
  await rm(scratch, { recursive: true });
});
