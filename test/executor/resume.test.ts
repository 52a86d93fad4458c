import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainersOf } from '../../scripts/survive/lethe-process';
import type { Run } from '../../src/domain';
import { DATABASES, type TinyService, tinyService } from '../support/tiny-service';

/** Long enough for several snapshots, short enough for a test. */
const RUN = { parameters: { learningRate: 1e-3, batchSize: 8, epochs: 150 } };

describe.each(DATABASES)('a run survives on the %s database', (kind) => {
  let folder: string;
  let service: TinyService;
  let undisturbed: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-resume-'));
    service = await tinyService(folder, kind);
    const executor = await service.executor();
    undisturbed = await filesOf(await service.ended((await service.start(RUN)).id));
    await executor.stop();
  }, 180_000);

  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function filesOf(run: Run): Promise<string[]> {
    expect(run).toMatchObject({ status: 'SUCCEEDED', error: null });
    const { files } = await service.domain.checkpoints.getOrFail(run.resultId!);
    return files.map(({ path, digest }) => `${digest}  ${path}`);
  }

  const story = async (id: string) => (await service.domain.events.read(id, 0, 100_000)).map(({ type }) => type);

  async function snapshotted(id: string): Promise<void> {
    while (!(await story(id)).includes('SNAPSHOT')) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  test('the death of its trainer: it goes on from the last snapshot and ends with bit-identical weights', async () => {
    const executor = await service.executor();
    const { id } = await service.start(RUN);
    await snapshotted(id);
    for (const pid of await trainersOf(process.pid)) process.kill(pid, 'SIGKILL');
    const run = await service.ended(id);
    expect(run.attempts).toBe(2);
    expect(await filesOf(run)).toEqual(undisturbed);
    const events = await service.domain.events.read(id, 0, 100_000);
    expect(events.find(({ type }) => type === 'RETRYING')?.payload).toMatchObject({
      code: 'TRAINER_KILLED',
      attempt: 1,
    });
    expect(events.filter(({ type }) => type === 'STARTED')[1]?.payload).toMatchObject({
      resumedFrom: { stage: 'unlearn' },
    });
    await executor.stop();
  }, 120_000);

  test('the end of its executor: another one goes on, and the attempt does not count', async () => {
    const first = await service.executor();
    const { id } = await service.start({ ...RUN, maxAttempts: 1 });
    await snapshotted(id);
    await first.stop();
    const second = await service.executor();
    const run = await service.ended(id);
    expect(await filesOf(run)).toEqual(undisturbed);
    expect((await story(id)).filter((type) => type === 'SUCCEEDED')).toHaveLength(1);
    await second.stop();
  }, 120_000);
});
