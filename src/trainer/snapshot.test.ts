import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSnapshot, type Snapshot, writeSnapshot } from './snapshot';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-snapshot-'));
});
afterAll(() => rm(folder, { recursive: true }));

const snapshot: Snapshot = {
  run: 'a-run',
  device: 'CPU',
  threads: 2,
  position: { stage: 'unlearn', step: 7 },
  finished: [{ stage: 'forget', answer: { steps: 3 } }],
  arrays: {
    state: new Map([
      ['logit_scale', { shape: [], data: Float32Array.of(2.5) }],
      ['adam.m/w', { shape: [2, 2], data: Float32Array.of(1e-40, -0, Number.MAX_VALUE, 3) }],
    ]),
    weights: new Map(),
  },
  facts: { bestStep: 5 },
};

test('what is read is what was written, to the bit', async () => {
  const path = join(folder, 'whole');
  await writeSnapshot(path, snapshot);
  const found = (await readSnapshot(path, 'a-run'))!;
  expect(found.position).toEqual(snapshot.position);
  expect(found.finished).toEqual(snapshot.finished);
  expect(found.facts).toEqual(snapshot.facts);
  for (const [name, { shape, data }] of snapshot.arrays.state!) {
    const value = found.arrays.state!.get(name)!;
    expect(value.shape).toEqual(shape);
    expect(Buffer.from(value.data.buffer)).toEqual(Buffer.from(data.buffer));
  }
});

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -5)],
  [
    'with one bit changed',
    (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte))),
  ],
  ['empty', () => Buffer.alloc(0)],
])('a file %s is no snapshot', async (name, damage) => {
  const path = join(folder, name);
  await writeSnapshot(path, snapshot);
  await writeFile(path, damage(await readFile(path)));
  expect(await readSnapshot(path, 'a-run')).toBeUndefined();
});

test("another run's snapshot is none, nor is one that is not there", async () => {
  const path = join(folder, 'other');
  await writeSnapshot(path, snapshot);
  expect(await readSnapshot(path, 'another-run')).toBeUndefined();
  expect(await readSnapshot(join(folder, 'nowhere'), 'a-run')).toBeUndefined();
});
