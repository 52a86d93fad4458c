import { randomUUID } from 'node:crypto';
import {
  type Actor,
  actingAs,
  type CreateSampleSet,
  currentProject,
  DEFAULT_PROJECT,
  type Domain,
  entities,
  Owned,
  Refusal,
  SYSTEM,
} from '../../src/domain';
import { Identified } from '../../src/domain/columns';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, success } from '../support/domain';

const owned = entities.filter((entity) => entity.prototype instanceof Owned);
const page = { first: 100 };

describeOnBoth('projects', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let ours: Actor;
  let theirs: Actor;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    const other = granted(await domain.projects.create({ name: 'other' }));
    ours = { kind: 'PERSON', id: 'person:ada', name: 'Ada', roles: ['ADMIN'] };
    theirs = { ...ours, id: 'person:eve', name: 'Eve', projectId: other.id };
    scene = await actingAs(ours, () => setTheScene(domain));
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  test('what has an id belongs to a project, but for what all share', () => {
    const shared = entities.filter((entity) => entity.prototype instanceof Identified && !owned.includes(entity));
    expect(shared.map(({ name }) => name).sort()).toEqual([
      'Executor',
      'Method',
      'Project',
      'Pseudonym',
      'PublishedKey',
    ]);
  });

  test.each(owned.map((entity) => [entity.name, entity] as const))(
    'a read of %s is narrowed however it is built, and not for Lethe itself',
    (_, entity) => {
      const sql = () =>
        domain.database.repository(entity).createQueryBuilder('row').where('true').getQueryAndParameters();
      const [narrowed, parameters] = actingAs(theirs, sql);
      expect(narrowed).toMatch(/WHERE \( true \) AND \( "row"\."project_id" = \$1 \)$/);
      expect(parameters).toEqual([theirs.projectId]);
      expect(actingAs(SYSTEM, sql)[0]).not.toContain('= $1');
    },
  );

  test('what another project has is not there, and is refused in the words for what was never there', async () => {
    const run = await actingAs(ours, async () => granted(await domain.runs.start(scene.request)));
    const merge = await actingAs(ours, async () => {
      const second = granted(await domain.checkpoints.import({ name: 'second', source: 'elsewhere' }));
      const sources = [scene.checkpoint, second].map(({ id }) => ({ checkpointId: id, weight: 1 }));
      return granted(await domain.merges.request({ name: 'both', sources }));
    });
    const evaluation = await actingAs(ours, async () =>
      granted(await domain.evaluations.request({ checkpointId: scene.checkpoint.id, datasetId: scene.held.id })),
    );
    const asked = [
      [domain.checkpoints, scene.checkpoint.id],
      [domain.datasets, scene.dataset.id],
      [domain.sets, scene.forget.id],
      [domain.runs, run.id],
      [domain.evaluations, evaluation.id],
      [domain.merges, merge.id],
    ] as const;
    for (const [service, id] of asked) {
      expect(await actingAs(theirs, () => service.get(id))).toBeNull();
      expect(await actingAs(theirs, () => service.byIds([id]))).toEqual([]);
      expect(await actingAs(ours, () => service.get(id))).toMatchObject({ projectId: DEFAULT_PROJECT });
      expect(await actingAs(SYSTEM, () => service.get(id))).not.toBeNull();
    }
    await actingAs(theirs, async () => {
      expect(await domain.lineage.of(scene.checkpoint.id)).toBeNull();
      expect(await domain.lineage.carriersOf(scene.forget.id)).toBeNull();
      expect((await domain.comparison.compare([run.id])).missing).toEqual([run.id]);
      const lists = [
        domain.checkpoints.list(page),
        domain.datasets.list(page),
        domain.sets.list('FORGET', page),
        domain.runs.list(page),
        domain.values.list({}, page),
        domain.evaluations.ofCheckpoint(scene.checkpoint.id, page),
      ];
      for (const list of await Promise.all(lists)) {
        expect([list.items, await list.totalCount()]).toEqual([[], 0]);
      }
    });

    const nowhere = randomUUID();
    const answers = (id: string) =>
      actingAs(theirs, async () => [
        await domain.runs.cancel(id),
        await domain.checkpoints.delete(id),
        await domain.runs.start({ ...scene.request, checkpointId: id }),
        await domain.evaluations.request({ checkpointId: id, datasetId: id }),
        await domain.merges.request({
          name: 'x',
          sources: [id, id].map((checkpointId) => ({ checkpointId, weight: 1 })),
        }),
        await domain.sets.create({ kind: 'FORGET', name: 'x', datasetId: id }),
        await domain.tokens.revoke(id),
      ]);
    for (const id of [run.id, scene.checkpoint.id, scene.dataset.id]) {
      const said = (await answers(id)).map((refusal) => [(refusal as Refusal).code, (refusal as Refusal).message]);
      const wouldSay = (await answers(nowhere)).map((refusal) => [
        (refusal as Refusal).code,
        (refusal as Refusal).message.replace(nowhere, id),
      ]);
      expect(said).toEqual(wouldSay);
    }
    expect((await domain.checkpoints.get(scene.checkpoint.id))?.deletedAt).toBeNull();
    expect((await domain.runs.get(run.id))?.cancelRequestedAt).toBeNull();
  });

  test('a key of one project is no key of another', async () => {
    const input = { name: 'mine', source: 'cat:0-1', idempotencyKey: 'k' };
    const mine = await actingAs(ours, async () => granted(await domain.datasets.register(input)));
    const other = await actingAs(theirs, async () =>
      granted(await domain.datasets.register({ ...input, name: 'other' })),
    );
    expect([mine.projectId, other.projectId]).toEqual([DEFAULT_PROJECT, theirs.projectId]);
    const again = await actingAs(ours, async () => granted(await domain.datasets.register(input)));
    expect(again.id).toBe(mine.id);
  });

  test('what executors make belongs to the project of the run', async () => {
    await actingAs(theirs, async () => {
      const { request, executor } = await setTheScene(domain);
      const run = granted(await domain.runs.start({ ...request, priority: 10 }));
      await actingAs(SYSTEM, async () => {
        expect(currentProject()).toBeNull();
        const work = await domain.work.claim(executor, 30);
        if (work?.kind !== 'RUN' || work.run.id !== run.id) throw new Error('the run was not there to be claimed');
        const picture = { name: 'chart', title: 'Chart', mediaType: 'image/png', digest: 'd', bytes: 1 } as const;
        await domain.attempts.recordArtifact(work.claim, picture);
        await domain.attempts.succeed(work.claim, await success(domain, place, work.run));
      });
      const { resultId } = (await domain.runs.get(run.id))!;
      const made = await domain.checkpoints.get(resultId!);
      const [after] = await domain.evaluations.ofRuns([run.id]);
      const [artifact] = await domain.artifactRows.ofOwners('runId', [run.id]);
      for (const row of [made, after, artifact]) expect(row?.projectId).toBe(theirs.projectId);
      // The same photographs are in both projects, and the new checkpoint was taught dogs.
      const dogs: CreateSampleSet = { kind: 'FORGET', name: 'dogs', classes: ['dog'] };
      const carriers = async () => {
        const set = granted(await domain.sets.create(dogs));
        return (await domain.lineage.carriersOf(set.id))?.carriers.map(({ checkpointId }) => checkpointId);
      };
      expect(await carriers()).toEqual([made!.id]);
      expect(await actingAs(ours, carriers)).toEqual([]);
      expect((await domain.lineage.of(made!.id))?.nodes).toHaveLength(8);
      expect(await actingAs(ours, () => domain.lineage.of(made!.id))).toBeNull();
      expect((await domain.values.list({}, page)).items).not.toEqual([]);
      expect(await actingAs(ours, () => domain.checkpoints.get(made!.id))).toBeNull();
      expect(await actingAs(ours, () => domain.artifactRows.get(artifact!.id))).toBeNull();
    });
  });

  test('a project sees itself; those who run the installation see all', async () => {
    const names = async () => (await domain.projects.list(page)).items.map(({ node }) => node.name);
    expect(await actingAs(theirs, names)).toEqual(['other']);
    expect(await actingAs(theirs, () => domain.projects.get(DEFAULT_PROJECT))).toBeNull();
    expect((await actingAs(ours, names)).sort()).toEqual(['default', 'other']);
    expect(await actingAs({ ...ours, roles: ['VIEWER'] }, names)).toEqual(['default']);
    expect(await domain.projects.create({ name: 'other' })).toMatchObject({ code: 'PROJECT_NAME_TAKEN' });
    expect(await domain.projects.create({ name: ' ' })).toBeInstanceOf(Refusal);
  });
});
