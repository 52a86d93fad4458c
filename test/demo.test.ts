import { spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CLASSES, tinyCheckpoint, tinyImages } from './support/tiny-world';

const main = resolve(__dirname, '../scripts/demo/main.js');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-demo-test-'));
  await tinyCheckpoint(join(folder, 'checkpoint'));
  await tinyImages(join(folder, 'images', 'unlearn'), 12, 1);
  await tinyImages(join(folder, 'images', 'evaluate'), 4, 2);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the demo as `npm run demo -- ...` does, on a world small enough for a test. */
async function demo(...options: string[]): Promise<{ code: number | null; output: string }> {
  const small = [
    '--checkpoint',
    join(folder, 'checkpoint'),
    '--images',
    join(folder, 'images'),
    '--home',
    join(folder, 'home'),
  ];
  const child = spawn(process.execPath, [main, ...small, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, output };
}

test('the main job: server, import, sets, run, progress, table, lineage, export', async () => {
  const parameters = JSON.stringify({ epochs: 2, batchSize: 8 });
  const { code, output } = await demo('--class', 'dog', '--seed', '3', '--parameters', parameters);
  expect(output).toContain('clip-erase, seed 3');
  expect(output).toMatch(/unlearn +100% step \d+\/\d+ .*forgetting/);
  expect(output).toMatch(/dog \(forget\) +\d\.\d{3} +\[\d\.\d{3}, \d\.\d{3}\]/);
  for (const name of CLASSES) expect(output).toContain(name);
  expect(output).toMatch(/demo +sha256 [0-9a-f]{12} +imported\n└─ .*by clip-erase, seed 3 +<- new/);
  expect(code).toBe(0);
  await access(join(folder, 'home', 'exported', 'dog-clip-erase-3', 'model.safetensors'));
}, 300_000);

test("an unknown class and an unknown method are refused in the server's words", async () => {
  const unknownClass = await demo('--class', 'dragon');
  expect(unknownClass.output).toContain('no class dragon; it has cat, dog, ship');
  expect(unknownClass.code).toBe(1);
  const unknownMethod = await demo('--class', 'cat', '--method', 'amnesia');
  expect(unknownMethod.output).toMatch(/no executor offers a method amnesia; known are .*clip-erase/);
  expect(unknownMethod.code).toBe(1);
}, 300_000);
