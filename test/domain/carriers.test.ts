import { type Actor, actingAs, type Domain, type SampleSet, type Verdict } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, sha256, success } from '../support/domain';

describeOnBoth('carriers', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  const names = new Map<string, string>();

  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const named = (id: string, name: string) => {
    names.set(id, name);
    return id;
  };
  const add = async (name: string, datasetIds: string[] = [], parentIds: string[] = [], source = name) =>
    named(granted(await domain.checkpoints.import({ name, source, datasetIds, parentIds })).id, name);
  const set = async (kind: 'FORGET' | 'RETAIN', name: string, selection: object) =>
    granted(await domain.sets.create({ kind, name, ...selection }));
  const forget = async (
    name: string,
    checkpointId: string,
    forgetSet: SampleSet,
    retainSetId: string,
    weights?: string,
  ) => {
    granted(await domain.runs.start({ checkpointId, method: 'clip-erase', forgetSetId: forgetSet.id, retainSetId }));
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error('expected a run');
    const made = await success(domain, place, work.run, weights ?? name);
    return named((await domain.attempts.succeed(work.claim, { ...made, after: null })).resultId!, name);
  };
  /** The verdict of attacks on a checkpoint, as an executor's report would give it. */
  const verify = async (checkpointId: string, { id }: SampleSet, verdict: Verdict, byPolicy?: string) => {
    const policyId = byPolicy ?? (await domain.policies.shipped()).id;
    await domain.database.query(
      `INSERT INTO verification (project_id, status, checkpoint_id, original_id, forget_set_id, dataset_id, policy_id, plan, plan_digest,
         device, verdict, finished_at)
       SELECT project_id, 'SUCCEEDED', id, id, $2, $3, $4, '{}', 'd', 'CPU', $5, now() FROM checkpoint WHERE id = $1`,
      [checkpointId, id, scene.held.id, policyId, verdict],
    );
  };
  const merge = async (name: string, ...ids: string[]) => {
    granted(await domain.merges.request({ name, sources: ids.map((checkpointId) => ({ checkpointId, weight: 1 })) }));
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'MERGE') throw new Error('expected a merge');
    const { architecture, layout, parameterCount, config } = scene.checkpoint;
    const files = [{ path: 'model.safetensors', digest: sha256(name), bytes: 7 }];
    await domain.merges.succeed(work.claim, { name, files, architecture, layout, parameterCount, config });
    return named((await domain.merges.getOrFail(work.merge.id)).resultId!, name);
  };
  const carriers = async ({ id }: SampleSet, asOf?: Date, policyId?: string) => {
    const found = (await domain.lineage.carriersOf(id, { asOf, policyId }))!;
    return {
      carriers: Object.fromEntries(found.carriers.map((each) => [names.get(each.checkpointId), each.samples])),
      remediated: found.remediated.map((each) => names.get(each)).sort(),
      attempted: found.attempted.map((each) => names.get(each)).sort(),
      ways: Object.fromEntries(
        found.carriers.map(({ checkpointId, path }) => [names.get(checkpointId), path.map(({ kind }) => kind)]),
      ),
      asOf: found.asOf,
      undeclared: found.undeclared,
    };
  };

  test('fine-tunes and merges carry on, a run that forgets ends it, and what comes back is found again', async () => {
    const { dataset, forget: cats, retain } = scene;
    const fresh = granted(await domain.datasets.register({ name: 'cars', source: 'car:0-5' }));
    const base = await add('base', [dataset.id]);
    const other = await add('other', [fresh.id]);
    await add('tuned', [fresh.id], [base]);
    const clean = await forget('clean', base, cats, retain.id);
    await verify(clean, cats, 'PASS');
    expect(await carriers(cats)).toMatchObject({
      carriers: { base: 10, tuned: 10 },
      remediated: ['clean'],
      attempted: [],
      undeclared: 1,
      ways: { base: ['TRAINED'], tuned: ['TRAINED', 'FINE_TUNED'] },
    });
    const { asOf } = await carriers(cats);

    await merge('clean soup', clean, other);
    await merge('dirty soup', clean, base);
    const cleanChild = await add('clean child', [], [clean]);
    await add('taught again', [dataset.id], [cleanChild]);
    const dogs = await set('FORGET', 'dogs', { datasetId: dataset.id, classes: ['dog'] });
    const withCats = await set('RETAIN', 'all but dogs', {
      datasetId: dataset.id,
      selector: { exceptClasses: ['dog'] },
    });
    const rehearsed = await forget('rehearsed', clean, dogs, withCats.id);
    const later = await carriers(cats);
    expect(later.carriers).toEqual({ base: 10, tuned: 10, 'dirty soup': 10, 'taught again': 10, rehearsed: 10 });
    expect(later.remediated).toEqual(['clean', 'clean child', 'clean soup']);
    expect(later.ways).toMatchObject({
      'dirty soup': ['TRAINED', 'MERGED'],
      'taught again': ['TRAINED'],
      rehearsed: ['USED', 'GENERATED'],
    });
    const { carriers: found } = (await domain.lineage.carriersOf(cats.id))!;
    const why = found.find(({ checkpointId }) => checkpointId === rehearsed)!;
    expect([why.path[0]!.fromId, why.path.at(-1)!.toId]).toEqual([withCats.id, rehearsed]);
    expect((await carriers(cats, asOf)).carriers).toEqual({ base: 10, tuned: 10 });
    expect(await domain.lineage.carriersOf(cats.id, { asOf: new Date(cats.createdAt.getTime() - 1_000) })).toBeNull();
    const future = new Date(Date.now() + 60_000);
    await expect(domain.lineage.carriersOf(cats.id, { asOf: future })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  test('samples count one by one: two runs that forget a half each forget the whole', async () => {
    const dataset = granted(await domain.datasets.register({ name: 'owls', source: 'owl:0-9 hen:0-9' }));
    const hens = await set('RETAIN', 'hens', { datasetId: dataset.id, classes: ['hen'] });
    const of = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => sha256(`owl ${from + index}`));
    const owls = await set('FORGET', 'owls', { datasetId: dataset.id, classes: ['owl'] });
    const early = await set('FORGET', 'early', { datasetId: dataset.id, selector: { hashes: of(0, 5) } });
    const late = await set('FORGET', 'late', { datasetId: dataset.id, selector: { hashes: of(4, 9) } });
    const origin = await add('origin', [dataset.id]);
    const half = await forget('half', origin, early, hens.id);
    const whole = await forget('whole', half, late, hens.id);
    await verify(half, early, 'PASS');
    expect(await carriers(owls)).toMatchObject({ carriers: { origin: 10, half: 4 }, attempted: ['whole'] });
    expect(await carriers(early)).toMatchObject({ carriers: { origin: 6 }, remediated: ['half', 'whole'] });
    await verify(whole, late, 'PASS');
    expect(await carriers(owls)).toMatchObject({ carriers: { origin: 10, half: 4 }, remediated: ['whole'] });
  });

  test('class names alone mean the samples of these classes, whichever side names them', async () => {
    const dataset = granted(await domain.datasets.register({ name: 'fish', source: 'eel:0-4 cod:0-4' }));
    const copy = granted(await domain.datasets.register({ name: 'a part of it', source: 'eel:0-1' }));
    const eels = await set('FORGET', 'eels by name', { classes: ['eel'] });
    const same = await set('FORGET', 'eels', { datasetId: dataset.id, classes: ['eel'] });
    const cod = await set('RETAIN', 'cod', { datasetId: dataset.id, classes: ['cod'] });
    const sea = await add('sea', [dataset.id]);
    await add('pond', [copy.id]);
    expect(await carriers(eels)).toMatchObject({ carriers: { sea: 5, pond: 2 }, remediated: [] });
    await domain.database.query('UPDATE method SET needs = $1', ['["retain"]']);
    await verify(await forget('unnamed', sea, eels, cod.id), eels, 'PASS');
    for (const meant of [eels, same]) {
      expect(await carriers(meant)).toMatchObject({ carriers: { sea: 5, pond: 2 }, remediated: ['unnamed'] });
    }
  });

  test('a run alone is an attempt: it takes the verdict PASS for what was to be forgotten', async () => {
    const dataset = granted(await domain.datasets.register({ name: 'wild', source: 'fox:0-4 elk:0-4' }));
    const foxes = await set('FORGET', 'foxes', { datasetId: dataset.id, classes: ['fox'] });
    const elks = await set('FORGET', 'elks', { datasetId: dataset.id, classes: ['elk'] });
    const others = await set('RETAIN', 'the elks', { datasetId: dataset.id, classes: ['elk'] });
    const wild = await add('wild', [dataset.id]);
    const tame = await forget('tame', wild, foxes, others.id);
    const pup = await add('pup', [], [tame]);
    const attempted = { carriers: { wild: 5 }, remediated: [], attempted: ['pup', 'tame'] };
    expect(await carriers(foxes)).toMatchObject(attempted);
    await verify(tame, elks, 'PASS');
    for (const verdict of ['FAIL', 'INCONCLUSIVE'] as const) await verify(tame, foxes, verdict);
    expect(await carriers(foxes)).toMatchObject(attempted);
    await verify(pup, foxes, 'PASS');
    expect(await carriers(foxes)).toMatchObject({ remediated: ['pup'], attempted: ['tame'] });
    await verify(tame, foxes, 'PASS');
    const { asOf, ...now } = await carriers(foxes);
    expect(now).toMatchObject({ carriers: { wild: 5 }, remediated: ['pup', 'tame'], attempted: [] });
    await verify(wild, foxes, 'PASS');
    await verify(tame, foxes, 'FAIL');
    expect(await carriers(foxes)).toMatchObject({ carriers: { wild: 5 }, remediated: ['pup'], attempted: ['tame'] });
    expect(await carriers(foxes, asOf)).toMatchObject({ remediated: ['pup', 'tame'], attempted: [] });
  });

  test('by a policy that is named only its own PASS counts', async () => {
    const dataset = granted(await domain.datasets.register({ name: 'pond', source: 'frog:0-4 newt:0-4' }));
    const frogs = await set('FORGET', 'frogs', { datasetId: dataset.id, classes: ['frog'] });
    const newts = await set('RETAIN', 'newts', { datasetId: dataset.id, classes: ['newt'] });
    const dry = await forget('dry', await add('wet', [dataset.id]), frogs, newts.id);
    const thresholds = [{ name: 'easy', attack: 'IMAGE_LEAK', key: 'P@10', atMost: 1 } as const];
    const easy = granted(await domain.policies.create({ name: 'easy', reasons: 'a test', thresholds })).id;
    const shipped = (await domain.policies.shipped()).id;
    await verify(dry, frogs, 'FAIL', shipped);
    await verify(dry, frogs, 'PASS', easy);
    expect(await carriers(frogs)).toMatchObject({ remediated: ['dry'], attempted: [] });
    expect(await carriers(frogs, undefined, easy)).toMatchObject({ remediated: ['dry'], attempted: [] });
    expect(await carriers(frogs, undefined, shipped)).toMatchObject({ remediated: [], attempted: ['dry'] });
    expect(await domain.lineage.carriersOf(frogs.id, { policyId: 'nonsense' })).toBeNull();
  });

  test('what has the same bytes knows the same, whichever of the two was declared, imported or made', async () => {
    const dataset = granted(await domain.datasets.register({ name: 'sky', source: 'lark:0-4 swan:0-4' }));
    const larks = await set('FORGET', 'larks', { datasetId: dataset.id, classes: ['lark'] });
    const swans = await set('RETAIN', 'swans', { datasetId: dataset.id, classes: ['swan'] });
    const early = await add('early bird', [], [], 'bird');
    const before = (await carriers(larks)).undeclared;
    const bird = await add('bird', [dataset.id]);
    await add('again', [], [], 'bird');
    await forget('unchanged', bird, larks, swans.id, 'weights of bird');
    await forget('changed', bird, larks, swans.id);
    const { undeclared, ...found } = await carriers(larks);
    expect(found).toMatchObject({
      carriers: { 'early bird': 5, bird: 5, again: 5, unchanged: 5 },
      attempted: ['changed'],
      ways: {
        bird: ['TRAINED'],
        'early bird': ['TRAINED', 'IDENTICAL'],
        again: ['TRAINED', 'IDENTICAL', 'IDENTICAL'],
      },
    });
    // The early bird's training is known by now, and that of no copy is not.
    expect(undeclared).toBe(before - 1);
    await add('fledgling', [], [early]);
    expect((await carriers(larks)).carriers).toMatchObject({ fledgling: 5 });
    // From what it was tuned is known, on what it was tuned is not.
    expect((await carriers(larks)).undeclared).toBe(before);
    expect((await domain.dossiers.of(early))!.undeclared).toEqual([]);
  });

  test('training is declared later too; what cannot be is refused', async () => {
    const { dataset, forget: cats } = scene;
    const late = await add('late');
    const before = (await carriers(cats)).undeclared;
    const input = { checkpointId: late, datasetIds: [dataset.id], idempotencyKey: 'said' };
    for (let time = 0; time < 2; time++) expect(granted(await domain.checkpoints.declareTraining(input)).id).toBe(late);
    const { carriers: found, undeclared } = await carriers(cats);
    expect(found).toMatchObject({ late: 10 });
    expect(undeclared).toBe(before - 1);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const declare = (checkpointId: string, datasetIds: string[]) =>
      domain.checkpoints.declareTraining({ checkpointId, datasetIds });
    expect(await declare(nobody, [dataset.id])).toMatchObject({ code: 'CHECKPOINT_NOT_FOUND', path: ['checkpointId'] });
    expect(await declare(late, [])).toMatchObject({ code: 'INVALID_INPUT', path: ['datasetIds'] });
    expect(await declare(late, [dataset.id, 'x'])).toMatchObject({
      code: 'DATASET_NOT_FOUND',
      path: ['datasetIds', '1'],
    });
    const importing = (more: object) => domain.checkpoints.import({ name: 'x', source: 'somewhere', ...more });
    expect(await importing({ parentIds: [nobody] })).toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      path: ['parentIds', '0'],
    });
    expect(await importing({ datasetIds: ['x'] })).toMatchObject({
      code: 'DATASET_NOT_FOUND',
      path: ['datasetIds', '0'],
    });
    for (const id of [nobody, 'nonsense', scene.retain.id]) expect(await domain.lineage.carriersOf(id)).toBeNull();
  });

  test('another project sees neither the graph nor the carriers, and its own training on the same images is its own', async () => {
    const { checkpoint, forget: cats } = scene;
    const { id: projectId } = granted(await domain.projects.create({ name: 'elsewhere' }));
    const eve: Actor = { kind: 'PERSON', id: 'person:eve', name: 'Eve', roles: ['ADMIN'], projectId };
    const before = await carriers(cats);
    await actingAs(eve, async () => {
      const dataset = granted(await domain.datasets.register({ name: 'pets', source: 'cat:0-9' }));
      await add('theirs', [dataset.id]);
      const same = await set('FORGET', 'cats by name', { classes: ['cat'] });
      expect((await carriers(same)).carriers).toEqual({ theirs: 10 });
      expect(await domain.lineage.of(checkpoint.id)).toBeNull();
      expect(await domain.lineage.carriersOf(cats.id)).toBeNull();
    });
    expect(await carriers(cats)).toMatchObject({ carriers: before.carriers, undeclared: before.undeclared });
  });

  test('a request for erasure is where a forget set came from, and shows nothing of the person', async () => {
    const { forget: cats, dataset } = scene;
    const subjectReference = 'someone@example.com';
    const request = granted(await domain.requests.receive({ subjectReference, legalBasis: 'ART_17_1_B' }));
    granted(await domain.requests.linkForgetSet(request.id, cats.id));
    const { nodes } = (await domain.lineage.of(cats.id, { direction: 'ANCESTORS' }))!;
    expect(nodes.map(({ node }) => node.id).sort()).toEqual([cats.id, dataset.id, request.id].sort());
    const shown = nodes.find(({ node }) => node.id === request.id)!.node;
    expect(shown).toMatchObject({
      type: 'ERASURE_REQUEST',
      label: expect.stringMatching(/^request of \d{4}-\d\d-\d\d$/),
    });
  });
});
