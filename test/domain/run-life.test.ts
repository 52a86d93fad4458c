import type { Domain, Run, Work } from '../../src/domain';
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

describeOnBoth('the life of a run', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const start = async (more = {}) => granted(await domain.runs.start({ ...scene.request, ...more }));
  const claim = async (leaseSeconds = 60) => {
    const work = await domain.work.claim(scene.executor, leaseSeconds);
    if (work?.kind !== 'RUN') throw new Error(`expected a run to claim, not ${work?.kind}`);
    return work;
  };
  const picture = (letter: string) =>
    ({ name: 'chart', title: 'A chart', mediaType: 'image/png', digest: letter.repeat(64), bytes: 5 }) as const;
  const story = async ({ id }: { id: string }) => (await domain.events.read(id, 0, 1_000)).map(({ type }) => type);
  const reload = async (run: Run) => (await domain.runs.get(run.id))!;

  test('ends with a checkpoint that knows its parent, its run and its evaluation', async () => {
    const run = await start();
    const { claim: mine, run: claimed } = await claim();
    expect(claimed).toMatchObject({
      id: run.id,
      status: 'RUNNING',
      method: { name: 'clip-erase' },
      forgetSet: { name: 'cats' },
    });
    await domain.attempts.report(mine, [
      { type: 'STAGE', payload: { stage: 'train', totalSteps: 10 } },
      {
        type: 'PROGRESS',
        payload: { stage: 'train', step: 5, totalSteps: 10, fraction: 0.5, etaSeconds: 1, losses: { forgetting: 2 } },
      },
    ]);
    expect(await reload(run)).toMatchObject({ stage: 'train', progress: { step: 5, fraction: 0.5 } });
    const points = [1, 2].map((step) => ({ name: 'loss', stage: 'train', step, value: 1 / step }));
    await domain.attempts.recordMetrics(mine, points);
    await domain.attempts.recordMetrics(mine, [points[1]!, points[1]!]);
    expect(await domain.runs.metrics(run.id, 'loss')).toMatchObject(points);

    const result = await success(domain, place, claimed);
    const ended = await domain.attempts.succeed(mine, result);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'threshold reached', finishedAt: expect.any(Date) });
    expect(await domain.checkpoints.get(ended.resultId!)).toMatchObject({
      parentId: scene.checkpoint.id,
      runId: run.id,
      parameterCount: 3_000_000_000,
    });
    expect(await domain.evaluations.ofRuns([run.id])).toMatchObject([{ role: 'AFTER', checkpointId: ended.resultId }]);
    expect(await story(run)).toEqual(['QUEUED', 'STARTED', 'STAGE', 'PROGRESS', 'EVALUATED', 'SUCCEEDED']);

    // The executor whose answer was lost asks again: same run, nothing new.
    expect((await domain.attempts.succeed(mine, result)).resultId).toBe(ended.resultId);
    expect(await story(run)).toHaveLength(6);
    await expect(domain.attempts.fail(mine, { code: 'X', message: 'x' }, { retry: true })).rejects.toThrow(LeaseLost);
    expect(await domain.runs.cancel(run.id)).toMatchObject({ code: 'RUN_FINISHED' });
  });

  test('an executor that falls silent loses the run to the next one, and can change nothing any more', async () => {
    const run = await start();
    const silent = await claim(2);
    await domain.attempts.recordSnapshot(silent.claim, { stage: 'train', step: 3, digest: 'a'.repeat(64) });
    expect(await domain.work.claim(scene.executor, 60)).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    const next = await claim();
    expect(next.run).toMatchObject({ id: run.id, attempts: 2, snapshot: { stage: 'train', step: 3 } });

    const refused: (() => Promise<unknown>)[] = [
      () => domain.attempts.heartbeat(silent.claim),
      () => domain.attempts.report(silent.claim, [{ type: 'LOG', payload: { level: 'info', message: 'still here' } }]),
      () => domain.attempts.recordMetrics(silent.claim, [{ name: 'loss', stage: 'train', step: 1, value: 9 }]),
      () => domain.attempts.recordArtifact(silent.claim, picture('b')),
      () => domain.attempts.recordSnapshot(silent.claim, { stage: 'train', step: 9, digest: 'b'.repeat(64) }),
      async () => domain.attempts.succeed(silent.claim, await success(domain, place, silent.run)),
      () => domain.attempts.fail(silent.claim, { code: 'X', message: 'x' }, { retry: true }),
      () => domain.attempts.fail(silent.claim, { code: 'X', message: 'x' }, { retry: false }),
      () => domain.attempts.cancelled(silent.claim),
      () => domain.attempts.release(silent.claim),
    ];
    for (const attempt of refused) await expect(attempt()).rejects.toThrow(LeaseLost);
    await domain.attempts.succeed(next.claim, await success(domain, place, next.run));
    expect(await story(run)).toEqual([
      'QUEUED',
      'STARTED',
      'SNAPSHOT',
      'RETRYING',
      'STARTED',
      'EVALUATED',
      'SUCCEEDED',
    ]);
  });

  test('a picture made again takes the place of the first, and is news only when it changed', async () => {
    const run = await start();
    const { claim: mine } = await claim();
    for (const letter of ['a', 'a', 'b']) await domain.attempts.recordArtifact(mine, picture(letter));
    await domain.attempts.recordArtifact(mine, { ...picture('c'), name: 'another' });
    const kept = await domain.artifactRows.ofOwners('runId', [run.id]);
    expect(kept).toMatchObject([
      { name: 'chart', digest: 'b'.repeat(64), bytes: 5, runId: run.id, evaluationId: null },
      { name: 'another', mediaType: 'image/png' },
    ]);
    expect(await story(run)).toEqual(['QUEUED', 'STARTED', 'ARTIFACT_ADDED', 'ARTIFACT_ADDED', 'ARTIFACT_ADDED']);
    const payloads = (await domain.events.read(run.id, 2, 9)).map(({ payload }) => payload);
    expect(payloads).toEqual([0, 0, 1].map((index) => ({ artifactId: kept[index]!.id })));
    await domain.attempts.cancelled(mine);
  });

  test('a failed attempt is repeated until none is left; then the run fails with the reason', async () => {
    const run = await start({ maxAttempts: 2 });
    const failure = { code: 'TRAINER_DIED', message: 'the trainer was killed by SIGKILL' };
    await domain.attempts.fail((await claim()).claim, failure, { retry: true });
    expect(await reload(run)).toMatchObject({ status: 'QUEUED', executorId: null, error: null });
    await domain.attempts.fail((await claim()).claim, failure, { retry: true });
    expect(await reload(run)).toMatchObject({ status: 'FAILED', error: failure, attempts: 2 });
    expect(await story(run)).toEqual(['QUEUED', 'STARTED', 'RETRYING', 'STARTED', 'FAILED']);
    expect(await domain.work.claim(scene.executor, 60)).toBeNull();
  });

  test('a failure that no repetition can mend fails the run at once', async () => {
    const run = await start();
    await domain.attempts.fail(
      (await claim()).claim,
      { code: 'PLUGIN', message: 'division by zero' },
      { retry: false },
    );
    expect(await story(run)).toEqual(['QUEUED', 'STARTED', 'FAILED']);
  });

  test('a run whose every executor was lost fails once, whoever notices', async () => {
    const run = await start({ maxAttempts: 1 });
    await claim(0.1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await domain.work.claim(scene.executor, 60)).toBeNull();
    await Promise.all([domain.work.failExhausted(), domain.work.failExhausted()]);
    expect(await reload(run)).toMatchObject({
      status: 'FAILED',
      error: { code: 'EXECUTOR_LOST', message: expect.stringContaining('1 times') },
    });
    expect(await story(run)).toEqual(['QUEUED', 'STARTED', 'FAILED']);
  });

  test('an executor that shuts down gives the run back and the attempt is not counted against it', async () => {
    const run = await start({ maxAttempts: 1 });
    await domain.attempts.release((await claim()).claim);
    const again = await claim();
    await domain.attempts.succeed(again.claim, await success(domain, place, again.run));
    expect(await story(run)).toEqual(['QUEUED', 'STARTED', 'RETRYING', 'STARTED', 'EVALUATED', 'SUCCEEDED']);
  });

  test('cancelling a queued run ends it; cancelling a running one tells its executor', async () => {
    const queued = await start();
    expect(granted(await domain.runs.cancel(queued.id))).toMatchObject({ status: 'CANCELLED' });
    expect(granted(await domain.runs.cancel(queued.id)).status).toBe('CANCELLED');
    expect(await domain.work.claim(scene.executor, 60)).toBeNull();

    const running = await start();
    const { claim: mine } = await claim();
    expect(await domain.attempts.heartbeat(mine)).toEqual({ cancelRequested: false });
    granted(await domain.runs.cancel(running.id));
    granted(await domain.runs.cancel(running.id));
    expect(await domain.attempts.heartbeat(mine)).toEqual({ cancelRequested: true });
    await domain.attempts.cancelled(mine);
    expect(await story(running)).toEqual(['QUEUED', 'STARTED', 'CANCEL_REQUESTED', 'CANCELLED']);
    expect(await domain.runs.cancel('nonsense')).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('urgent runs go first, and nobody gets what he cannot do', async () => {
    const [ordinary, urgent] = [await start(), await start({ priority: 5 })];
    const elsewhere = await registerExecutor(domain);
    expect(await domain.work.claim({ ...elsewhere, methods: ['grad-ascent'] }, 60)).toBeNull();
    const order = [await claim(), await claim()];
    expect(order.map(({ run }) => run.id)).toEqual([urgent.id, ordinary.id]);
    for (const { claim: each } of order) await domain.attempts.cancelled(each);
  });

  test('of many executors that ask at once, each run goes to exactly one', async () => {
    const runs = await Promise.all(Array.from({ length: 6 }, () => start()));
    const executors = await Promise.all(Array.from({ length: 10 }, () => registerExecutor(domain)));
    const works = (await Promise.all(executors.map((each) => domain.work.claim(each, 60)))).filter(
      (work): work is Work => work !== null,
    );
    const late = await domain.work.claim(scene.executor, 60);
    if (late) works.push(late);
    expect(works.map(({ claim: each }) => each.subjectId).sort()).toEqual(runs.map(({ id }) => id).sort());
    for (const { claim: each } of works) await domain.attempts.cancelled(each);
  });

  test('an evaluation of its own is queued, done and kept', async () => {
    const asked = granted(
      await domain.evaluations.request({ checkpointId: scene.checkpoint.id, datasetId: scene.held.id }),
    );
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'EVALUATION') throw new Error('expected an evaluation');
    expect(work.evaluation).toMatchObject({ id: asked.id, status: 'RUNNING', dataset: { name: 'held out' } });
    const found = { templates: ['a {}'], values: zeroShotValues({ cat: [2, 2] }), environment: { node: '20' } };
    await domain.evaluations.recordArtifact(work.claim, picture('d'));
    await domain.evaluations.succeed(work.claim, found);
    await expect(domain.evaluations.recordArtifact(work.claim, picture('e'))).rejects.toThrow(LeaseLost);
    expect(await domain.artifactRows.ofOwners('evaluationId', [asked.id])).toMatchObject([
      { name: 'chart', digest: 'd'.repeat(64), runId: null },
    ]);
    const { values, ...rest } = found;
    expect(await domain.evaluations.get(asked.id)).toMatchObject({ status: 'SUCCEEDED', ...rest });
    expect(await domain.values.ofEvaluations([asked.id])).toMatchObject(values);
    // The first answer was lost, and the executor says it again.
    await domain.evaluations.succeed(work.claim, found);
    expect(await domain.values.ofEvaluations([asked.id])).toHaveLength(values.length);
  });
});
