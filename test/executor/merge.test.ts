import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainersOf } from '../../scripts/survive/lethe-process';
import { readCheckpoint } from '../../src/clip';
import type { Checkpoint, CheckpointMerge } from '../../src/domain';
import { Inputs } from '../../src/executor/inputs';
import { DATABASES, got, type TinyService, tinyService } from '../support/tiny-service';
import { tinyCheckpoint } from '../support/tiny-world';

describe.each(DATABASES)('merging on the %s database', (kind) => {
  let folder: string;
  let service: TinyService;
  let sources: Checkpoint[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-merge-'));
    service = await tinyService(folder, kind);
    sources = await Promise.all(
      [11, 12].map(async (seed) => {
        const source = await tinyCheckpoint(join(folder, `source-${seed}`), seed);
        return got(await service.domain.checkpoints.import({ name: `seed ${seed}`, source }));
      }),
    );
    await service.executor();
  }, 120_000);

  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  const request = async () =>
    got(
      await service.domain.merges.request({
        name: 'soup',
        sources: sources.map(({ id }, i) => ({ checkpointId: id, weight: i + 1 })),
      }),
    );

  async function ended({ id }: CheckpointMerge): Promise<CheckpointMerge> {
    for (;;) {
      const found = await service.domain.merges.getOrFail(id);
      if (found.status === 'SUCCEEDED' || found.status === 'FAILED') return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function killTrainer(): Promise<void> {
    for (;;) {
      const [pid] = await trainersOf(process.pid);
      if (pid !== undefined) return void process.kill(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test('an average is computed by an executor; one whose trainer was killed ends with the same bytes', async () => {
    const merge = await ended(await request());
    expect(merge).toMatchObject({ status: 'SUCCEEDED', attempts: 1, error: null });
    const result = await service.domain.checkpoints.getOrFail(merge.resultId!);
    expect(result).toMatchObject({ name: 'soup', layout: 'HUGGING_FACE', parameterCount: sources[0]!.parameterCount });

    const asked = await request();
    await killTrainer();
    const retried = await ended(asked);
    expect(retried).toMatchObject({ status: 'SUCCEEDED', attempts: 2 });
    expect((await service.domain.checkpoints.getOrFail(retried.resultId!)).digest).toBe(result.digest);

    const path = await new Inputs(service.domain, join(folder, 'export')).checkpoint(result);
    const folders = [join(folder, 'source-11'), join(folder, 'source-12'), path];
    const [a, b, c] = (await Promise.all(folders.map((each) => readCheckpoint(each)))).map(
      ({ weights }) => weights.get('text_projection')!.data,
    );
    expect([...c!]).toEqual([...a!.keys()].map((i) => Math.fround((1 / 3) * a![i]! + (2 / 3) * b![i]!)));
  }, 120_000);
});
