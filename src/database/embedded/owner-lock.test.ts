import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnerLock } from './owner-lock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const acquire = () => OwnerLock.tryAcquire(folder);
const claim = (claimed: object) => writeFile(join(folder, 'somebody'), JSON.stringify(claimed));

test('one at a time, and again after it was released', async () => {
  const first = await acquire();
  expect(first).not.toBeNull();
  expect(await acquire()).toBeNull();
  await first!.release();
  const second = await acquire();
  expect(second).not.toBeNull();
  await second!.release();
  expect(await readdir(folder)).toEqual([]);
});

test('of many at once at most one gets it', async () => {
  for (let round = 0; round < 20; round++) {
    const locks = (await Promise.all(Array.from({ length: 5 }, acquire))).filter((lock) => lock !== null);
    expect(locks.length).toBeLessThanOrEqual(1);
    await locks[0]?.release();
  }
});

test('the claim of a process that was killed is void', async () => {
  const child = fork(join(__dirname, 'owner-lock.test-child.js'), [folder]);
  await once(child, 'message');
  expect(await acquire()).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await acquire();
  expect(lock).not.toBeNull();
  await lock!.release();
});

test('a process that only has the id of a dead one is not mistaken for it', async () => {
  await claim({ host: hostname(), pid: process.pid, started: 'long ago' });
  const lock = await acquire();
  expect(lock).not.toBeNull();
  await lock!.release();
});

test('another host holds it as long as it touches its file', async () => {
  await claim({ host: 'elsewhere', pid: 1, started: '1' });
  expect(await acquire()).toBeNull();
  const before = new Date(Date.now() - 60_000);
  await utimes(join(folder, 'somebody'), before, before);
  const lock = await acquire();
  expect(lock).not.toBeNull();
  await lock!.release();
});
