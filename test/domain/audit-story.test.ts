import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Actor, AuditEntry, actingAs, type Domain } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, success, zeroShotValues } from '../support/domain';

const ada: Actor = { kind: 'PERSON', id: 'person:ada', name: 'Ada', roles: ['ENGINEER'] };

describeOnBoth('what the audit log tells of the work', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    const project = granted(await domain.projects.create({ name: 'elsewhere' }));
    ada.projectId = project.id;
    scene = await actingAs(ada, () => setTheScene(domain));
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  /** Since the last call: who, what, and to what kind of thing. */
  let read = 0;
  const told = async () => {
    const entries = (await domain.database.repository(AuditEntry).find({ order: { id: 'ASC' } })).slice(read);
    read += entries.length;
    const actors = await domain.pseudonyms.references(entries.map(({ actor }) => actor));
    return entries
      .filter(({ projectId }) => projectId === ada.projectId)
      .map(({ actor, action, subjectType }) => `${actors.get(actor)} ${action} ${subjectType}`);
  };
  const claim = async () => {
    const work = await domain.work.claim(scene.executor, 60);
    if (!work) throw new Error('nothing to claim');
    return work;
  };
  const claimRun = async () => {
    const work = await claim();
    if (work.kind !== 'RUN') throw new Error(`claimed a ${work.kind}`);
    return work;
  };

  test('what is registered', async () => {
    expect(await told()).toEqual([
      'person:ada CHECKPOINT_IMPORTED CHECKPOINT',
      'person:ada DATASET_REGISTERED DATASET',
      'person:ada DATASET_REGISTERED DATASET',
      'person:ada SET_CREATED FORGET_SET',
      'person:ada SET_CREATED RETAIN_SET',
    ]);
  });

  test('a run that is given back, goes on and succeeds', async () => {
    await actingAs(ada, async () => granted(await domain.runs.start(scene.request)));
    await domain.attempts.release((await claimRun()).claim);
    const { claim: mine, run } = await claimRun();
    await domain.attempts.succeed(mine, await success(domain, place, run));
    expect(await told()).toEqual([
      'person:ada RUN_REQUESTED RUN',
      'system RUN_STARTED RUN',
      'system RUN_REQUEUED RUN',
      'system RUN_STARTED RUN',
      'system CHECKPOINT_MADE CHECKPOINT',
      'system EVALUATION_SUCCEEDED EVALUATION',
      'system RUN_SUCCEEDED RUN',
    ]);
  });

  test('runs that are cancelled, and one that fails', async () => {
    const start = () => actingAs(ada, async () => granted(await domain.runs.start(scene.request)));
    const cancel = (id: string) => actingAs(ada, async () => granted(await domain.runs.cancel(id)));
    await cancel((await start()).id);
    const { id } = await start();
    const cancelled = await claimRun();
    await cancel(id);
    await domain.attempts.cancelled(cancelled.claim);
    await start();
    const failure = { code: 'DIVERGED', message: 'the loss is not a number' };
    await domain.attempts.fail((await claimRun()).claim, failure, { retry: false });
    expect(await told()).toEqual([
      'person:ada RUN_REQUESTED RUN',
      'person:ada RUN_CANCEL_REQUESTED RUN',
      'person:ada RUN_CANCELLED RUN',
      'person:ada RUN_REQUESTED RUN',
      'system RUN_STARTED RUN',
      'person:ada RUN_CANCEL_REQUESTED RUN',
      'system RUN_CANCELLED RUN',
      'person:ada RUN_REQUESTED RUN',
      'system RUN_STARTED RUN',
      'system RUN_FAILED RUN',
    ]);
  });

  test('an evaluation that succeeds, a merge that fails and one that succeeds', async () => {
    const other = await actingAs(ada, async () =>
      granted(await domain.checkpoints.import({ name: 'other', source: 'somewhere' })),
    );
    const datasetId = scene.held.id;
    await actingAs(ada, async () => granted(await domain.evaluations.request({ checkpointId: other.id, datasetId })));
    const values = zeroShotValues({ cat: [0, 3], dog: [2, 3] });
    await domain.evaluations.succeed((await claim()).claim, { templates: ['a {}'], values, environment: {} });
    const sources = [scene.checkpoint, other].map(({ id: checkpointId }) => ({ checkpointId, weight: 1 }));
    const merge = () => actingAs(ada, async () => granted(await domain.merges.request({ name: 'soup', sources })));
    await merge();
    const failure = { code: 'DISK_FULL', message: 'no room' };
    await domain.merges.fail((await claim()).claim, failure, { retry: false });
    await merge();
    const file = join(place.folder, 'average');
    await writeFile(file, 'average');
    const { architecture, layout, parameterCount, config } = other;
    const files = [{ path: 'model.safetensors', ...(await domain.artifacts.put(file)) }];
    const made = { name: 'soup', files, architecture, layout, parameterCount, config };
    await domain.merges.succeed((await claim()).claim, made);
    for (let twice = 0; twice < 2; twice++) {
      await actingAs(ada, async () => granted(await domain.checkpoints.delete(other.id)));
    }
    expect(await told()).toEqual([
      'person:ada CHECKPOINT_IMPORTED CHECKPOINT',
      'person:ada EVALUATION_REQUESTED EVALUATION',
      'system EVALUATION_STARTED EVALUATION',
      'system EVALUATION_SUCCEEDED EVALUATION',
      'person:ada MERGE_REQUESTED MERGE',
      'system MERGE_STARTED MERGE',
      'system MERGE_FAILED MERGE',
      'person:ada MERGE_REQUESTED MERGE',
      'system MERGE_STARTED MERGE',
      'system CHECKPOINT_MADE CHECKPOINT',
      'system MERGE_SUCCEEDED MERGE',
      'person:ada CHECKPOINT_DELETED CHECKPOINT',
    ]);
  });

  test('nothing of a change that was taken back or refused', async () => {
    const broken = actingAs(ada, () =>
      domain.database.transaction(async () => {
        granted(await domain.runs.start(scene.request));
        throw new Error('changed my mind');
      }),
    );
    await expect(broken).rejects.toThrow('changed my mind');
    await actingAs(ada, () => domain.runs.start({ ...scene.request, checkpointId: scene.dataset.id }));
    expect(await told()).toEqual([]);
  });
});
