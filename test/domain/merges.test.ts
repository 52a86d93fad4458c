import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, Domain, Executor } from '../../src/domain';
import { LeaseLost } from '../../src/queue';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, registerExecutor } from '../support/domain';

describeOnBoth('merges', (fresh) => {
  let place: Place;
  let domain: Domain;
  let executor: Executor;
  let [a, b, wide]: Checkpoint[] = [];
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    executor = await registerExecutor(domain);
    const add = async (name: string, source: string) => granted(await domain.checkpoints.import({ name, source }));
    [a, b, wide] = [await add('a', 'somewhere'), await add('b', 'somewhere'), await add('wide', 'wide')];
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const request = (sources: [Checkpoint | undefined, number][], more = {}) =>
    domain.merges.request({
      name: 'soup',
      sources: sources.map(([checkpoint, weight]) => ({ checkpointId: checkpoint?.id ?? 'nobody', weight })),
      ...more,
    });
  const claim = async (leaseSeconds = 60) => {
    const work = await domain.work.claim(executor, leaseSeconds);
    if (work?.kind !== 'MERGE') throw new Error(`expected a merge to claim, not ${work?.kind}`);
    return work;
  };
  const average = async () => {
    const file = join(place.folder, 'average');
    await writeFile(file, 'average');
    const { architecture, layout, parameterCount, config } = a!;
    const files = [{ path: 'model.safetensors', ...(await domain.artifacts.put(file)) }];
    return { name: 'soup', files, architecture, layout, parameterCount, config };
  };

  test('what cannot be averaged is refused, and says what is wrong', async () => {
    const gone = granted(await domain.checkpoints.import({ name: 'gone', source: 'somewhere' }));
    await domain.checkpoints.delete(gone.id);
    const cases: [Parameters<typeof request>[0], string, string[]][] = [
      [[], 'MERGE_TOO_FEW', ['sources']],
      [[[a, 1]], 'MERGE_TOO_FEW', ['sources']],
      [
        [
          [a, 0.5],
          [a, 0.5],
        ],
        'MERGE_REPEATED',
        ['sources', '1', 'checkpointId'],
      ],
      [
        [
          [a, 1],
          [undefined, 1],
        ],
        'CHECKPOINT_NOT_FOUND',
        ['sources', '1', 'checkpointId'],
      ],
      [
        [
          [gone, 1],
          [a, 1],
        ],
        'CHECKPOINT_DELETED',
        ['sources', '0', 'checkpointId'],
      ],
      [
        [
          [a, 1],
          [b, 0],
        ],
        'MERGE_WEIGHT_INVALID',
        ['sources', '1', 'weight'],
      ],
      [
        [
          [a, -1],
          [b, 2],
        ],
        'MERGE_WEIGHT_INVALID',
        ['sources', '0', 'weight'],
      ],
      [
        [
          [a, 1],
          [b, Number.POSITIVE_INFINITY],
        ],
        'MERGE_WEIGHT_INVALID',
        ['sources', '1', 'weight'],
      ],
      [
        [
          [a, 1],
          [wide, 1],
        ],
        'MERGE_ARCHITECTURES_DIFFER',
        ['sources', '1', 'checkpointId'],
      ],
    ];
    for (const [sources, code, path] of cases) expect(await request(sources)).toMatchObject({ code, path });
    expect(
      await request([
        [a, 1],
        [wide, 1],
      ]),
    ).toHaveProperty('message', expect.stringContaining('embedDim (8 and 16)'));
    expect(
      await request(
        [
          [a, 1],
          [b, 1],
        ],
        { name: ' ' },
      ),
    ).toMatchObject({ code: 'INVALID_INPUT', path: ['name'] });
    expect(await domain.work.claim(executor, 60)).toBeNull();
  });

  test('an average is registered once, with an edge from every source that says its share', async () => {
    const asked = granted(
      await request(
        [
          [a, 3e307],
          [b, 1e308],
        ],
        { idempotencyKey: 'once' },
      ),
    );
    expect(
      granted(
        await request(
          [
            [a, 3e307],
            [b, 1e308],
          ],
          { idempotencyKey: 'once' },
        ),
      ).id,
    ).toBe(asked.id);
    expect(asked.sources.map(({ share }) => share)).toEqual([expect.closeTo(3 / 13, 12), expect.closeTo(10 / 13, 12)]);
    const { claim: mine, merge } = await claim();
    expect(merge).toMatchObject({ id: asked.id, status: 'RUNNING', attempts: 1 });
    await domain.merges.succeed(mine, await average());
    await domain.merges.succeed(mine, await average());
    const { status, resultId, finishedAt } = await domain.merges.getOrFail(asked.id);
    expect([status, finishedAt]).toEqual(['SUCCEEDED', expect.any(Date)]);
    expect(await domain.checkpoints.get(resultId!)).toMatchObject({ name: 'soup', mergeId: asked.id, parentId: null });
    const lineage = (await domain.lineage.of(resultId!, { types: ['CHECKPOINT'] }))!;
    expect(lineage.nodes.map(({ node, depth }) => `${node.label}${depth}`).sort()).toEqual(['a-1', 'b-1', 'soup0']);
    expect(lineage.edges.map(({ fromId, kind, share }) => ({ fromId, kind, share }))).toEqual(
      expect.arrayContaining(
        asked.sources.map(({ checkpointId, share }) => ({ fromId: checkpointId, kind: 'MERGED', share })),
      ),
    );
    expect(await domain.work.claim(executor, 60)).toBeNull();
  });

  test('an executor that falls silent loses the merge; a failed attempt is repeated until none is left', async () => {
    const asked = granted(
      await request([
        [a, 1],
        [b, 1],
      ]),
    );
    const silent = await claim(0.1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const next = await claim();
    expect(next.merge).toMatchObject({ id: asked.id, attempts: 2 });
    for (const late of [
      () => domain.merges.heartbeat(silent.claim),
      async () => domain.merges.succeed(silent.claim, await average()),
      () => domain.merges.fail(silent.claim, { code: 'X', message: 'x' }, { retry: false }),
      () => domain.merges.release(silent.claim),
    ]) {
      await expect(late()).rejects.toThrow(LeaseLost);
    }
    await domain.merges.release(next.claim);
    const failure = { code: 'TRAINER_KILLED', message: 'the trainer was killed' };
    for (let attempt = 3; attempt <= 6; attempt++) {
      await domain.merges.fail((await claim()).claim, failure, { retry: true });
      expect((await domain.merges.getOrFail(asked.id)).status).toBe(attempt < 6 ? 'QUEUED' : 'FAILED');
    }
    expect(await domain.merges.getOrFail(asked.id)).toMatchObject({ status: 'FAILED', error: failure, resultId: null });
  });

  test('a merge whose every executor was lost fails', async () => {
    const asked = granted(
      await request([
        [a, 1],
        [b, 1],
      ]),
    );
    for (let attempt = 1; attempt <= 5; attempt++) {
      await claim(0.05);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    await domain.work.failExhausted();
    expect(await domain.merges.getOrFail(asked.id)).toMatchObject({
      status: 'FAILED',
      error: { code: 'EXECUTOR_LOST' },
    });
  });
});
