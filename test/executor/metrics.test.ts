import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EvaluateCheckpoint, Evaluation, MetricValue } from '../../src/domain';
import { METRIC_NAMES } from '../../src/metrics';
import { DATABASES, got, type TinyService, tinyService } from '../support/tiny-service';
import { tinyCheckpoint } from '../support/tiny-world';

describe.each(DATABASES)('evaluations on the %s database', (kind) => {
  let folder: string;
  let service: TinyService;
  let everything: EvaluateCheckpoint;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-metrics-'));
    service = await tinyService(folder, kind);
    const { checkpoints, datasets } = service.domain;
    const [original] = (await checkpoints.list({})).items;
    const held = (await datasets.list({})).items.find(({ node }) => node.name === 'held');
    const source = await tinyCheckpoint(join(folder, 'other'), 2);
    const other = got(await checkpoints.import({ name: 'other', source }));
    everything = {
      checkpointId: other.id,
      datasetId: held!.node.id,
      metrics: [...METRIC_NAMES],
      templates: ['a photo of a {}', 'a picture of the {}'],
      referenceId: original!.node.id,
      forgetClasses: ['dog'],
      groups: [
        { name: 'some', classes: ['cat', 'dog'] },
        { name: 'others', classes: ['dog', 'ship'] },
      ],
    };
  }, 120_000);

  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const reload = ({ id }: Evaluation) => service.domain.evaluations.getOrFail(id);
  const request = async (more: Partial<EvaluateCheckpoint> = {}) =>
    got(await service.domain.evaluations.request({ ...everything, ...more }));
  async function done(asked: Evaluation): Promise<[Evaluation, MetricValue[]]> {
    let now = await reload(asked);
    for (; now.finishedAt === null; now = await reload(asked)) await pause(20);
    return [now, await service.domain.values.ofEvaluations([asked.id])];
  }
  const bare = (values: MetricValue[]) => values.map(({ evaluationId: _, ...rest }) => rest);

  test('an evaluation by every metric survives the loss of its executor, and its numbers are those of an undisturbed one', async () => {
    const first = await service.executor();
    // A model of random weights knows one class by luck; another one has nothing to forget, hence no score.
    const original = { checkpointId: everything.referenceId!, metrics: null };
    const [, known] = await done(await request(original));
    const { subject } = known.find((row) => row.subject !== null && row.value > 0)!;
    everything = { ...everything, forgetClasses: [subject!] };
    const disturbed = await request();
    while ((await reload(disturbed)).progress === null) await pause(5);
    await first.stop();
    expect(await reload(disturbed)).toMatchObject({ finishedAt: null });
    const undisturbed = await request();
    await service.executor();
    const [again, values] = await done(disturbed);
    const [whole, expected] = await done(undisturbed);
    expect(again).toMatchObject({ status: 'SUCCEEDED', error: null, progress: { stage: 'done', done: 10, total: 10 } });
    expect(again.attempts).toBeGreaterThan(whole.attempts);
    expect(again.environment).toMatchObject({ device: 'CPU', threads: 1 });
    expect(bare(values)).toEqual(bare(expected));

    expect([...new Set(values.map(({ metric }) => metric))]).toEqual(METRIC_NAMES);
    for (const { value, lower, upper } of values) {
      if (lower === null || upper === null) continue;
      expect(lower).toBeLessThanOrEqual(value);
      expect(upper).toBeGreaterThanOrEqual(value);
    }
    const keysOf = (metric: string) => [
      ...new Set(values.filter((row) => row.metric === metric).map(({ key }) => key)),
    ];
    expect(keysOf('IMAGE_RETRIEVAL')).toEqual(['R@1', 'R@5', 'R@10']);
    expect(
      values.filter(({ metric, key }) => metric === 'RATIO_SCORE' && key === 'kept').map(({ subject }) => subject),
    ).toEqual(['some', 'others']);
  });

  test('a model has not drifted from itself, and nothing of it is forgotten', async () => {
    const asked = await request({ checkpointId: everything.referenceId!, groups: null });
    const [, values] = await done(asked);
    const drift = values.filter(({ metric }) => metric === 'EMBEDDING_DRIFT');
    expect(drift.length).toBeGreaterThan(4);
    for (const { value } of drift) expect(value).toBeCloseTo(0, 6);
    for (const { value } of values.filter(({ key }) => key === 'target' || key === 'kept')) expect(value).toBe(1);
  });

  test('an image that is no longer the registered one fails the evaluation, in words and without numbers', async () => {
    await service.domain.database.query(`UPDATE sample SET hash = $2 WHERE dataset_id = $1 AND position = 0`, [
      everything.datasetId,
      '0'.repeat(64),
    ]);
    const [failed, values] = await done(await request());
    expect(failed).toMatchObject({ status: 'FAILED', error: { code: 'REFUSED' } });
    expect(values).toEqual([]);
  });
});
