import { type Domain, Refusal, type StartRun } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, sha256 } from '../support/domain';

describeOnBoth('starting a run', (fresh) => {
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

  test('queues it with every default filled in', async () => {
    const run = granted(await domain.runs.start({ ...scene.request, parameters: { lambda1: 3 } }));
    expect(run).toMatchObject({
      status: 'QUEUED',
      attempts: 0,
      seed: 0,
      device: 'AUTO',
      parameters: { lambda1: 3, norm: 'L2' },
    });
    expect(await domain.events.read(run.id, 0, 10)).toMatchObject([
      { seq: 1, type: 'QUEUED', payload: { priority: 0 } },
    ]);
    granted(await domain.runs.cancel(run.id));
  });

  test.each<[string, (scene: Scene) => Partial<StartRun>, string, string[], RegExp]>([
    [
      'an unknown checkpoint',
      () => ({ checkpointId: 'nonsense' }),
      'CHECKPOINT_NOT_FOUND',
      ['checkpointId'],
      /no checkpoint nonsense/,
    ],
    ['an unknown method', () => ({ method: 'magic' }), 'METHOD_UNKNOWN', ['method'], /magic; known are clip-erase/],
    [
      'a parameter out of range',
      () => ({ parameters: { lambda1: -1 } }),
      'PARAMETER_INVALID',
      ['parameters', 'lambda1'],
      /lambda1 of clip-erase must be >= 0/,
    ],
    [
      'a parameter of the wrong type',
      () => ({ parameters: { lambda1: 'much' } }),
      'PARAMETER_INVALID',
      ['parameters', 'lambda1'],
      /must be number/,
    ],
    [
      'a parameter that is none of the choices',
      () => ({ parameters: { norm: 'L3' } }),
      'PARAMETER_INVALID',
      ['parameters', 'norm'],
      /allowed values: L1, L2/,
    ],
    [
      'an unknown parameter',
      () => ({ parameters: { lambda9: 1 } }),
      'PARAMETER_INVALID',
      ['parameters', 'lambda9'],
      /not one of its parameters: lambda1, norm/,
    ],
    ['a missing retain set', () => ({ retainSetId: null }), 'SET_MISSING', ['retainSetId'], /needs a retain set/],
    [
      'a forget set in the place of a retain set',
      ({ forget }) => ({ retainSetId: forget.id }),
      'SET_NOT_FOUND',
      ['retainSetId'],
      /no retain set/,
    ],
    ['an unknown forget set', () => ({ forgetSetId: sha256('x') }), 'SET_NOT_FOUND', ['forgetSetId'], /no forget set/],
    [
      'images to evaluate on that it learns from',
      ({ dataset }) => ({ evaluateOnId: dataset.id }),
      'SETS_OVERLAP',
      ['evaluateOnId'],
      /share 10 samples/,
    ],
    ['a device nobody has', () => ({ device: 'CUDA' }), 'DEVICE_UNAVAILABLE', ['device'], /npm run cuda:install/],
    ['a device nobody has heard of', () => ({ device: 'WEBGPU' }), 'DEVICE_UNAVAILABLE', ['device'], /no executor/],
    ['a fractional seed', () => ({ seed: 1.5 }), 'INVALID_INPUT', ['seed'], /integer/],
    [
      'a template without a place for the class',
      () => ({ templates: ['a photo'] }),
      'INVALID_INPUT',
      ['templates'],
      /\{\}/,
    ],
  ])('refuses %s', async (_, change, code, path, message) => {
    const before = await (await domain.runs.list({})).totalCount();
    const refusal = await domain.runs.start({ ...scene.request, ...change(scene) });
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code, path, message: expect.stringMatching(message) });
    expect(await (await domain.runs.list({})).totalCount()).toBe(before);
  });

  test('refuses a deleted checkpoint, which stays where it was otherwise', async () => {
    const checkpoint = granted(await domain.checkpoints.import({ name: 'short-lived', source: 'somewhere' }));
    granted(await domain.checkpoints.delete(checkpoint.id));
    granted(await domain.checkpoints.delete(checkpoint.id));
    expect(await domain.runs.start({ ...scene.request, checkpointId: checkpoint.id })).toMatchObject({
      code: 'CHECKPOINT_DELETED',
    });
    expect((await domain.checkpoints.get(checkpoint.id))?.deletedAt).toBeInstanceOf(Date);
    expect((await domain.checkpoints.list({})).items.map(({ node }) => node.name)).not.toContain('short-lived');
  });

  test('refuses sets that share a photograph, even from two datasets', async () => {
    const other = granted(await domain.datasets.register({ name: 'more cats', source: 'cat:8-15 dog:20-22' }));
    const retain = granted(await domain.sets.create({ kind: 'RETAIN', name: 'more', datasetId: other.id }));
    const refusal = await domain.runs.start({ ...scene.request, retainSetId: retain.id });
    expect(refusal).toMatchObject({
      code: 'SETS_OVERLAP',
      path: ['retainSetId'],
      message: expect.stringContaining('share 2 samples'),
    });
  });

  test('refuses a set of names alone where the method needs images', async () => {
    const names = granted(await domain.sets.create({ kind: 'FORGET', name: 'the idea of a cat', classes: ['cat'] }));
    expect(await domain.runs.start({ ...scene.request, forgetSetId: names.id })).toMatchObject({
      code: 'SET_WITHOUT_SAMPLES',
    });
  });

  test('the same request with the same key is one run, at once or later; another request with it is refused', async () => {
    const request = { ...scene.request, idempotencyKey: 'monday' };
    const twins = await Promise.all([domain.runs.start(request), domain.runs.start(request)]);
    const later = granted(await domain.runs.start({ ...request }));
    expect(new Set([...twins.map((twin) => granted(twin).id), later.id]).size).toBe(1);
    expect(await domain.runs.start({ ...request, seed: 7 })).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      path: ['idempotencyKey'],
    });
    // A refused request does not use the key up.
    expect(await domain.runs.start({ ...request, idempotencyKey: 'tuesday', seed: -1 })).toBeInstanceOf(Refusal);
    granted(await domain.runs.start({ ...request, idempotencyKey: 'tuesday' }));
  });
});

describeOnBoth('datasets and sets', (fresh) => {
  let place: Place;
  let domain: Domain;
  let datasetId: string;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    datasetId = granted(await domain.datasets.register({ name: 'pets', source: 'cat:0-4 dog:0-4' })).id;
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });
  const create = (selector: object, classes?: string[]) =>
    domain.sets.create({ kind: 'FORGET', name: 'some', datasetId, selector, classes });
  const chosen = async (selector: object) => domain.sets.positions(granted(await create(selector)).id);

  test('select by class, by hash, by caption and by leaving out, and all of these together', async () => {
    expect(await chosen({ classes: ['dog'] })).toEqual([5, 6, 7, 8, 9]);
    expect(await chosen({ exceptClasses: ['dog'] })).toEqual([0, 1, 2, 3, 4]);
    expect(await chosen({ hashes: [sha256('dog 1'), sha256('cat 1')] })).toEqual([1, 6]);
    expect(await chosen({ captionContains: 'NUMBER 3' })).toEqual([3, 8]);
    expect(await chosen({ captionContains: 'number 3', classes: ['dog'] })).toEqual([8]);
    const dogs = granted(await create({ hashes: [sha256('dog 1'), sha256('dog 2')] }));
    expect(await chosen({ exceptSetId: dogs.id })).toEqual([0, 1, 2, 3, 4, 5, 8, 9]);
    const named = granted(await domain.sets.create({ kind: 'FORGET', name: 'dogs', classes: ['dog'] }));
    expect(await chosen({ exceptSetId: named.id, captionContains: 'number 3' })).toEqual([3]);
    expect(await chosen({})).toHaveLength(10);
  });

  test('a set knows its classes, its size, and a digest that only its members decide', async () => {
    const [left, right, other] = [
      { hashes: [sha256('dog 1')] },
      { captionContains: 'dog, number 1' },
      { classes: ['dog'] },
    ].map((selector) => create(selector));
    const [one, same, more] = [granted(await left!), granted(await right!), granted(await other!)];
    expect(one).toMatchObject({ classes: ['dog'], sampleCount: 1 });
    expect(same.digest).toBe(one.digest);
    expect(more.digest).not.toBe(one.digest);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['an unknown class', () => create({ classes: ['unicorn'] }), 'CLASS_UNKNOWN'],
    ['an unknown class to leave out', () => create({ exceptClasses: ['unicorn'] }), 'CLASS_UNKNOWN'],
    ['an unknown class by name', () => create({}, ['unicorn']), 'CLASS_UNKNOWN'],
    ['an unknown set to leave out', () => create({ exceptSetId: 'unicorn' }), 'SET_NOT_FOUND'],
    ['an empty selection', () => create({ captionContains: 'zebra' }), 'SET_EMPTY'],
    ['no classes and no dataset', () => domain.sets.create({ kind: 'FORGET', name: 'nothing' }), 'INVALID_INPUT'],
    [
      'an unknown dataset',
      () => domain.sets.create({ kind: 'FORGET', name: 'x', datasetId: 'x' }),
      'DATASET_NOT_FOUND',
    ],
    ['a name of blanks', () => domain.datasets.register({ name: ' ', source: 'cat:0-1' }), 'INVALID_INPUT'],
    [
      'an unreadable checkpoint',
      () => domain.checkpoints.import({ name: 'x', source: 'missing' }),
      'CHECKPOINT_UNREADABLE',
    ],
  ])('refuse %s', async (_, attempt, code) => {
    expect(await attempt()).toMatchObject({ code });
  });
});
