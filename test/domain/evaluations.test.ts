import type { Domain, EvaluateCheckpoint, MetricValueFilter, Run, Work } from '../../src/domain';
import { LeaseLost } from '../../src/queue';
import { describeOnBoth, type Place } from '../support/databases';
import {
  granted,
  openDomain,
  registerExecutor,
  type Scene,
  setTheScene,
  success,
  zeroShotValues,
} from '../support/domain';

describeOnBoth('evaluations', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let finished: Run;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
    finished = await run();
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const ask = (more: Partial<EvaluateCheckpoint> = {}) =>
    domain.evaluations.request({ checkpointId: scene.checkpoint.id, datasetId: scene.held.id, ...more });
  const claim = async (leaseSeconds = 60) => {
    const work = await domain.work.claim(scene.executor, leaseSeconds);
    if (work?.kind !== 'EVALUATION') throw new Error(`expected an evaluation to claim, not ${work?.kind}`);
    return work;
  };
  const found = (cat: number, dog: number) => ({
    templates: ['a {}'],
    values: zeroShotValues({ cat: [cat, 3], dog: [dog, 3] }),
    environment: { node: '20' },
  });

  /** A run that forgot: cats 3 of 3 before and 0 of 3 after, dogs 3 and then 2. */
  async function run(): Promise<Run> {
    granted(await domain.runs.start({ ...scene.request, seed: 7 }));
    const work = (await domain.work.claim(scene.executor, 60)) as Extract<Work, { kind: 'RUN' }>;
    await domain.attempts.recordBefore(work.claim, found(3, 3));
    return domain.attempts.succeed(work.claim, await success(domain, place, work.run));
  }

  test.each([
    ['no metric', { metrics: [] }, 'INVALID_INPUT', ['metrics'], /needs a metric/],
    ['a template without a place', { templates: ['a cat'] }, 'INVALID_INPUT', ['templates'], /\{\}/],
    ['a class that is not there', { forgetClasses: ['owl'] }, 'CLASS_UNKNOWN', ['forgetClasses'], /owl.*cat, dog/],
    [
      'a group of it',
      { groups: [{ name: 'a', classes: ['owl'] }] },
      'CLASS_UNKNOWN',
      ['groups', '0', 'classes'],
      /owl/,
    ],
    ['an empty group', { groups: [{ name: 'a', classes: [] }] }, 'INVALID_INPUT', ['groups'], /at least one class/],
    [
      'two groups of one name',
      {
        groups: [
          { name: 'a', classes: ['cat'] },
          { name: 'a', classes: ['dog'] },
        ],
      },
      'INVALID_INPUT',
      ['groups'],
      /names of their own/,
    ],
    [
      'drift from nothing',
      { metrics: ['EMBEDDING_DRIFT'] },
      'METRIC_INPUT_MISSING',
      ['referenceId'],
      /EMBEDDING_DRIFT/,
    ],
    ['an unknown reference', { referenceId: 'nobody' }, 'CHECKPOINT_NOT_FOUND', ['referenceId'], /nobody/],
    ['a device nobody has', { device: 'CUDA' }, 'DEVICE_UNAVAILABLE', ['device'], /CUDA/],
  ] as [string, Partial<EvaluateCheckpoint>, string, string[], RegExp][])(
    'with %s is refused',
    async (_, more, code, path, message) => {
      expect(await ask(more)).toMatchObject({ code, path, message: expect.stringMatching(message) });
    },
  );

  test('what a metric needs and does not get is refused by its name', async () => {
    const referenceId = scene.checkpoint.id;
    expect(await ask({ metrics: ['ZERO_SHOT', 'LIP_SCORE'], referenceId })).toMatchObject({
      code: 'METRIC_INPUT_MISSING',
      path: ['forgetClasses'],
    });
    const { id } = granted(await domain.datasets.register({ name: 'wordless', source: 'cat:50-51' }));
    await domain.database.query('UPDATE sample SET class_name = NULL, caption = NULL WHERE dataset_id = $1', [id]);
    await domain.database.query(`UPDATE dataset SET classes = '[]' WHERE id = $1`, [id]);
    for (const metric of ['ZERO_SHOT', 'IMAGE_RETRIEVAL'] as const) {
      expect(await ask({ datasetId: id, metrics: [metric] })).toMatchObject({
        code: 'METRIC_INPUT_MISSING',
        path: ['datasetId'],
      });
    }
    await domain.database.query(`UPDATE checkpoint SET config = '{"embedDim": 4}' WHERE id = $1`, [finished.resultId]);
    expect(await ask({ metrics: ['EMBEDDING_DRIFT'], referenceId: finished.resultId })).toMatchObject({
      code: 'REFERENCE_UNLIKE',
      path: ['referenceId'],
    });
  });

  test("progress and numbers are the current attempt's alone, and numbers are written once", async () => {
    const metrics = ['ZERO_SHOT', 'LIP_SCORE', 'ZERO_SHOT'] as const;
    const asked = granted(
      await ask({ metrics: [...metrics], referenceId: scene.checkpoint.id, forgetClasses: ['cat'], device: 'CPU' }),
    );
    expect(asked).toMatchObject({ metrics: ['ZERO_SHOT', 'LIP_SCORE'], device: 'CPU', progress: null, groups: [] });
    const { claim: first, evaluation } = await claim(0);
    expect(evaluation).toMatchObject({ reference: { id: scene.checkpoint.id }, forgetClasses: ['cat'] });
    const progress = { stage: 'images', done: 3, total: 6 };
    await domain.evaluations.report(first, progress);
    expect(await domain.evaluations.getOrFail(asked.id)).toMatchObject({ progress });

    const { claim: second } = await claim();
    expect((await domain.evaluations.getOrFail(asked.id)).progress).toBeNull();
    await expect(domain.evaluations.report(first, progress)).rejects.toThrow(LeaseLost);
    await expect(domain.evaluations.succeed(first, found(1, 1))).rejects.toThrow(LeaseLost);
    expect(await domain.values.ofEvaluations([asked.id])).toEqual([]);
    await domain.evaluations.succeed(second, found(2, 3));
    expect(await domain.values.ofEvaluations([asked.id])).toMatchObject(found(2, 3).values);
  });

  describe('numbers', () => {
    const list = async (filter: MetricValueFilter) => {
      const { items } = await domain.values.list({ metrics: ['ZERO_SHOT'], ...filter }, { first: 100 });
      return items.map(({ node }) => [node.subject, node.value]);
    };

    test('are found by run, with those of the checkpoint that the run made', async () => {
      const after = [
        [null, 2 / 6],
        ['cat', 0],
        ['dog', 2 / 3],
      ];
      const before = [
        [null, 1],
        ['cat', 1],
        ['dog', 1],
      ];
      expect(await list({ runIds: [finished.id] })).toEqual([...after, ...before]);
      granted(await ask({ checkpointId: finished.resultId! }));
      await domain.evaluations.succeed((await claim()).claim, found(1, 3));
      const asked = [
        [null, 4 / 6],
        ['cat', 1 / 3],
        ['dog', 1],
      ];
      expect(await list({ runIds: [finished.id] })).toEqual([...asked, ...after, ...before]);
      expect(await list({ methods: ['clip-erase'], checkpointIds: [finished.resultId!] })).toEqual([
        ...asked,
        ...after,
      ]);
      expect(await list({ methods: ['salun'] })).toEqual([]);
    });

    test('are found by class, by key, by dataset; null is all classes', async () => {
      const runIds = [finished.id];
      expect(await list({ runIds, subjects: ['cat'] })).toEqual([
        ['cat', 1 / 3],
        ['cat', 0],
        ['cat', 1],
      ]);
      expect(await list({ runIds, subjects: [null] })).toEqual([
        [null, 4 / 6],
        [null, 2 / 6],
        [null, 1],
      ]);
      expect((await list({ runIds, subjects: [null, 'dog'] })).length).toBe(6);
      expect(await list({ runIds, keys: ['R@1'] })).toEqual([]);
      expect(await list({ runIds, metrics: [] })).toEqual([]);
      expect(await list({ runIds, datasetIds: [scene.dataset.id] })).toEqual([]);
      expect((await list({ runIds, datasetIds: [scene.held.id, 'no id'] })).length).toBe(9);
    });

    test('come in pages, each once', async () => {
      const whole = await list({});
      const seen: unknown[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await domain.values.list({ metrics: ['ZERO_SHOT'] }, { first: 2, after });
        expect(await page.totalCount()).toBe(whole.length);
        seen.push(...page.items.map(({ node }) => [node.subject, node.value]));
        after = page.items.at(-1)?.cursor;
        if (!page.hasNextPage) break;
      }
      expect(seen).toEqual(whole);
      await expect(domain.values.list({}, { after: 'MTox' })).rejects.toMatchObject({ code: 'MALFORMED_CURSOR' });
    });
  });

  test('runs are compared by their own evaluations; one still going has nulls, one that is not there is named', async () => {
    const waiting = granted(await domain.runs.start(scene.request));
    const nobody = '00000000-0000-4000-8000-000000000000';
    const { rows, missing } = await domain.comparison.compare([finished.id, waiting.id, nobody, 'x', finished.id]);
    expect(missing).toEqual([nobody, 'x']);
    expect(rows.map((row) => row.run.id)).toEqual([finished.id, waiting.id]);
    expect(rows[0]).toMatchObject({
      forgetClasses: ['cat'],
      before: { forget: { correct: 3, total: 3 }, others: { correct: 3, total: 3 } },
      after: { forget: { correct: 0, total: 3, low: 0 }, others: { correct: 2, total: 3 } },
      lipScore: expect.closeTo((0 + 1 / 3) / 2, 12),
      ratioScore: expect.closeTo((100 * (1 + 2 / 3)) / 2, 12),
      run: { seed: 7, cost: { seconds: 12.5, peakMemoryBytes: 3_000_000_000, updatedShare: 0.25 } },
    });
    expect(rows[1]).toMatchObject({ before: null, after: null, lipScore: null, ratioScore: null, run: { cost: null } });
    await expect(domain.comparison.compare([])).rejects.toMatchObject({ code: 'BAD_PAGE_SIZE' });
  });

  test('an evaluation on a device waits for an executor that has it', async () => {
    const elsewhere = await registerExecutor(domain);
    await domain.database.query(`DELETE FROM job`);
    granted(await ask({ device: 'CPU' }));
    expect(await domain.work.claim({ ...elsewhere, devices: [] }, 60)).toBeNull();
    expect(await domain.work.claim(elsewhere, 60)).toMatchObject({ kind: 'EVALUATION' });
  });
});
