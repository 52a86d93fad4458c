import {
  type AskedProtocol,
  AuditEntry,
  type Checkpoint,
  type Domain,
  type Finding,
  type Refusal,
  type Verification,
  type VerifyCheckpoint,
} from '../../src/domain';
import { protocolOf } from '../../src/domain/policy/protocol';
import { LeaseLost } from '../../src/queue';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, success } from '../support/domain';

describeOnBoth('verifications', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let other: Checkpoint;
  let asked: VerifyCheckpoint;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
    const { datasets, checkpoints } = domain;
    const held = granted(await datasets.register({ name: 'many', source: 'cat:20-39 dog:20-39 horse:20-39' }));
    other = granted(await checkpoints.import({ name: 'unlearned', source: 'elsewhere' }));
    asked = {
      checkpointId: other.id,
      originalId: scene.checkpoint.id,
      forgetSetId: scene.forget.id,
      retainSetId: scene.retain.id,
      datasetId: held.id,
    };
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const request = (more: Partial<VerifyCheckpoint> = {}) =>
    domain.verifications.verifyCheckpoint({ ...asked, ...more });
  const claim = async (leaseSeconds = 60) => {
    const work = await domain.work.claim(scene.executor, leaseSeconds);
    if (work?.kind !== 'VERIFICATION') throw new Error(`expected a verification to claim, not ${work?.kind}`);
    return work;
  };
  const reload = ({ id }: Verification) => domain.verifications.getOrFail(id);
  const auc = (value: number): Finding => ({
    model: 'SUBJECT',
    attack: 'MEMBERSHIP_INFERENCE',
    key: 'auc',
    value,
    lower: value - 0.05,
    upper: value + 0.05,
    count: 20,
  });
  const reference = async (name: string) => granted(await domain.checkpoints.import({ name, source: name }));
  const policy = async (name: string, protocol: AskedProtocol = {}) =>
    granted(
      await domain.policies.create({
        name,
        reasons: 'a test',
        thresholds: [{ name: 'members', attack: 'MEMBERSHIP_INFERENCE', key: 'auc', atMost: 0.6 }],
        protocol,
      }),
    );

  test('the plan is there before anything is computed: attacks, thresholds, images, and a digest of it all', async () => {
    const planned = granted(await request({ superclasses: [] }));
    expect(planned).toMatchObject({
      status: 'QUEUED',
      verdict: null,
      planDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { plan } = planned;
    expect(plan).toMatchObject({
      models: { SUBJECT: other.digest, ORIGINAL: scene.checkpoint.digest, RETRAINED: null },
      policy: { name: 'default', version: 1 },
      forgetClasses: ['cat'],
      samples: { forget: 10, retain: 20, held: 60 },
      seed: 0,
    });
    expect(plan.attacks.SUBJECT).toContain('RELEARN_FORGET');
    // Superclasses were not given, and nothing of the policy is relative to a model that is not there.
    expect(plan.attacks.SUBJECT).not.toContain('SUPERCLASS');
    expect(plan.attacks.ORIGINAL).toEqual(['PARAPHRASES', 'LINEAR_PROBE', 'IMAGE_LEAK', 'RETAIN_DRIFT']);
    expect(plan.attacks.RETRAINED).toEqual([]);
    const again = granted(await request());
    expect(again.planDigest).toBe(planned.planDigest);
    const { verification } = await claim();
    expect(await domain.verifications.samples(verification)).toMatchObject({ forget: { length: 10 } });
    const others = Object.assign(Object.create(verification), { plan: { ...verification.plan, seed: 5 } });
    await expect(domain.verifications.samples(others)).rejects.toThrow('not those of the plan');
    await domain.database.query('TRUNCATE job');
  });

  test('how everything is measured is told by the policy', async () => {
    const usual = granted(await request()).plan;
    // The scene says that its models are large.
    expect(usual).toMatchObject(protocolOf({ relearning: { learningRate: 1e-5 } }));
    const asked = { templates: ['{} outside'], images: 12, seed: 7, relearning: { steps: 3, learningRate: 0.01 } };
    const { plan } = granted(await request({ policyId: (await policy('of its own', asked)).id }));
    expect(plan).toMatchObject({ ...asked, relearning: { ...usual.relearning, ...asked.relearning, every: 2 } });
    expect(plan.samples).toMatchObject({ forget: 10, held: 12 + 24 });
    expect(plan.samples.digest).not.toBe(usual.samples.digest);
    await domain.database.query('TRUNCATE job');
  });

  test('models that never saw the images are part of the plan, each once, and RMIA asks for one', async () => {
    expect(granted(await request()).plan.attacks.SUBJECT).not.toContain('RMIA');
    const references = [await reference('first'), await reference('second')];
    const ids = references.map(({ id }) => id);
    const planned = granted(await request({ referenceIds: [...ids, ids[0]!] }));
    expect(planned.plan.attacks.SUBJECT).toContain('RMIA');
    expect(planned.plan.references).toEqual(references.map(({ id, digest }) => ({ id, digest })));
    expect(granted(await request({ retrainedId: ids[0]! })).plan.attacks.SUBJECT).toContain('RMIA');
    const { nodes } = (await domain.lineage.of(planned.id, { direction: 'ANCESTORS', maxDepth: 1 }))!;
    expect(nodes.map(({ node }) => node.id)).toEqual(expect.arrayContaining(ids));
    await domain.database.query('TRUNCATE job');
  });

  test('what cannot be verified is refused, and says what is wrong', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    const wide = granted(await domain.checkpoints.import({ name: 'wide', source: 'wide' }));
    const named = granted(await domain.sets.create({ kind: 'FORGET', name: 'names', classes: ['cat'] }));
    const taught = await reference('taught the images');
    granted(await domain.checkpoints.declareTraining({ checkpointId: taught.id, datasetIds: [scene.dataset.id] }));
    const tuned = granted(
      await domain.checkpoints.import({ name: 'tuned', source: 'tuned', parentIds: [asked.originalId] }),
    );
    const cases: [Partial<VerifyCheckpoint>, string, string[]][] = [
      [{ checkpointId: nobody }, 'CHECKPOINT_NOT_FOUND', ['checkpointId']],
      [{ originalId: wide.id }, 'REFERENCE_UNLIKE', ['originalId']],
      [{ forgetSetId: asked.retainSetId! }, 'SET_NOT_FOUND', ['forgetSetId']],
      [{ forgetSetId: named.id }, 'EVIDENCE_TOO_SMALL', ['forgetSetId']],
      [{ datasetId: nobody }, 'DATASET_NOT_FOUND', ['datasetId']],
      [{ datasetId: scene.held.id }, 'EVIDENCE_TOO_SMALL', ['datasetId']],
      [{ datasetId: scene.dataset.id }, 'SETS_OVERLAP', ['datasetId']],
      [{ policyId: nobody }, 'POLICY_NOT_FOUND', ['policyId']],
      [{ attacks: [] }, 'INVALID_INPUT', ['attacks']],
      [{ attacks: ['SUPERCLASS'] }, 'ATTACK_INPUT_MISSING', ['superclasses']],
      [{ attacks: ['RMIA'] }, 'ATTACK_INPUT_MISSING', ['referenceIds']],
      [{ referenceIds: [other.id, nobody] }, 'CHECKPOINT_NOT_FOUND', ['referenceIds']],
      [{ retrainedId: other.id }, 'MODEL_NOT_INDEPENDENT', ['retrainedId']],
      [{ referenceIds: [taught.id] }, 'MODEL_NOT_INDEPENDENT', ['referenceIds']],
      [{ referenceIds: [tuned.id] }, 'MODEL_NOT_INDEPENDENT', ['referenceIds']],
      [{ attacks: ['LINEAR_PROBE'], retainSetId: null }, 'ATTACK_INPUT_MISSING', ['retainSetId']],
      [{ superclasses: [{ name: 'pet', classes: ['cat', 'dog', 'horse'] }] }, 'INVALID_INPUT', ['superclasses']],
      [{ superclasses: [{ name: 'pet', classes: ['owl'] }] }, 'CLASS_UNKNOWN', ['superclasses']],
      [{ device: 'CUDA' }, 'DEVICE_UNAVAILABLE', ['device']],
    ];
    for (const [more, code, path] of cases) expect(await request(more)).toMatchObject({ code, path });
    expect(await domain.work.claim(scene.executor, 60)).toBeNull();
  });

  test("numbers are judged by the thresholds of the plan; the newest verdict is the checkpoint's, with its lines", async () => {
    const { id: policyId } = await policy('strict');
    const verdictOf = (id: string) => domain.verifications.verdictOf(id, policyId);
    expect(await verdictOf(other.id)).toBeNull();
    for (const [value, verdict] of [
      [0.7, 'FAIL'],
      [0.58, 'INCONCLUSIVE'],
      [0.5, 'PASS'],
    ] as const) {
      const planned = granted(await request({ policyId }));
      const { claim: mine } = await claim();
      const found = { results: [auc(value), { ...auc(0.9), model: 'ORIGINAL' as const }], environment: { node: '20' } };
      await domain.verifications.succeed(mine, found);
      await domain.verifications.succeed(mine, found);
      expect(await reload(planned)).toMatchObject({ status: 'SUCCEEDED', verdict, finishedAt: expect.any(Date) });
      expect(await verdictOf(other.id)).toBe(verdict);
      expect((await reload(planned)).lines).toMatchObject([{ name: 'members', verdict, found: { value } }]);
      expect(await domain.verifications.resultsOf([planned.id])).toMatchObject([
        { ...auc(value), position: 0, seed: 0 },
        { model: 'ORIGINAL', position: 1 },
      ]);
    }
    const failing = granted(await request({ policyId }));
    await domain.verifications.fail((await claim()).claim, { code: 'REFUSED', message: 'no' }, { retry: false });
    expect(await reload(failing)).toMatchObject({ status: 'FAILED', verdict: null, lines: null });
    expect(await verdictOf(other.id)).toBe('PASS');
    const actions = await domain.database.repository(AuditEntry).findBy({ subjectId: failing.id });
    expect(actions.map(({ action }) => action)).toEqual([
      'VERIFICATION_PLANNED',
      'VERIFICATION_STARTED',
      'VERIFICATION_FAILED',
    ]);
  });

  test('one that waits is cancelled at once, one under way by its executor, and one that ended not at all', async () => {
    const waiting = granted(await request());
    expect(granted(await domain.verifications.cancel(waiting.id))).toMatchObject({ status: 'CANCELLED' });
    expect(granted(await domain.verifications.cancel(waiting.id)).status).toBe('CANCELLED');
    expect(await domain.work.claim(scene.executor, 60)).toBeNull();

    const running = granted(await request());
    const { claim: mine } = await claim();
    expect(await domain.verifications.heartbeat(mine)).toEqual({ cancelRequested: false });
    expect(granted(await domain.verifications.cancel(running.id))).toMatchObject({ status: 'RUNNING' });
    expect(await domain.verifications.heartbeat(mine)).toEqual({ cancelRequested: true });
    await domain.verifications.cancelled(mine);
    expect(await reload(running)).toMatchObject({ status: 'CANCELLED', verdict: null });

    const done = granted(await request());
    await domain.verifications.succeed((await claim()).claim, { results: [], environment: {} });
    expect(await domain.verifications.cancel(done.id)).toMatchObject({ code: 'VERIFICATION_FINISHED' });
    expect(await domain.verifications.cancel('nobody')).toMatchObject({ code: 'VERIFICATION_NOT_FOUND' });
  });

  test('an executor that falls silent loses it, and its late numbers are refused', async () => {
    const planned = granted(await request());
    const silent = await claim(0.1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const next = await claim();
    expect(next.verification).toMatchObject({ id: planned.id, attempts: 2, planDigest: planned.planDigest });
    const progress = { stage: 'x', done: 1, total: 2 };
    for (const late of [
      () => domain.verifications.heartbeat(silent.claim),
      () => domain.verifications.report(silent.claim, progress),
      () => domain.verifications.succeed(silent.claim, { results: [auc(0.5)], environment: {} }),
      () => domain.verifications.fail(silent.claim, { code: 'X', message: 'x' }, { retry: true }),
      () => domain.verifications.release(silent.claim),
      () => domain.verifications.cancelled(silent.claim),
    ]) {
      await expect(late()).rejects.toThrow(LeaseLost);
    }
    await domain.verifications.report(next.claim, progress);
    expect(await reload(planned)).toMatchObject({ status: 'RUNNING', progress });
    await domain.verifications.succeed(next.claim, { results: [], environment: {} });
    expect(await reload(planned)).toMatchObject({ verdict: 'INCONCLUSIVE' });
  });

  test('a run is verified by its own sets and images once it has made something', async () => {
    const many = granted(await domain.datasets.register({ name: 'most', source: 'cat:50-69 dog:50-69' }));
    const run = granted(await domain.runs.start({ ...scene.request, evaluateOnId: many.id, templates: ['one {}'] }));
    expect(await domain.verifications.verifyRun({ runId: run.id })).toMatchObject({ code: 'RUN_WITHOUT_RESULT' });
    expect(await domain.verifications.verifyRun({ runId: 'nobody' })).toMatchObject({ code: 'RUN_NOT_FOUND' });
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error(`expected a run to claim, not ${work?.kind}`);
    await domain.attempts.succeed(work.claim, await success(domain, place, work.run));
    const planned = granted(await domain.verifications.verifyRun({ runId: run.id, idempotencyKey: 'once' }));
    expect(granted(await domain.verifications.verifyRun({ runId: run.id, idempotencyKey: 'once' })).id).toBe(
      planned.id,
    );
    const { resultId } = (await domain.runs.get(run.id))!;
    expect(planned).toMatchObject({
      runId: run.id,
      checkpointId: resultId,
      originalId: run.checkpointId,
      datasetId: many.id,
      retainSetId: scene.retain.id,
      plan: { templates: ['a photo of a {}'] },
    });
    const { items } = await domain.verifications.list({}, { runId: run.id });
    expect(items.map(({ node }) => node.id)).toEqual([planned.id]);
  });
});

describeOnBoth('policies', (fresh) => {
  let place: Place;
  let domain: Domain;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });
  const members = { name: 'members', attack: 'MEMBERSHIP_INFERENCE', key: 'auc', atMost: 0.6 } as const;
  type Thresholds = Parameters<Domain['policies']['create']>[0]['thresholds'];
  const create = (name: string, thresholds: Thresholds) => domain.policies.create({ name, reasons: 'why', thresholds });

  test('a change makes a new version, and the old one stays as it was', async () => {
    const first = granted(await create('strict', [members]));
    const second = granted(await create('strict', [{ ...members, atMost: 0.55 }]));
    expect([first.version, second.version]).toEqual([1, 2]);
    expect((await domain.policies.getOrFail(first.id)).thresholds).toEqual([
      { ...members, atLeast: null, relativeTo: null, when: 'ALWAYS' },
    ]);
    const { items } = await domain.policies.list({}, { name: 'strict' });
    expect(items.map(({ node }) => node.version)).toEqual([2, 1]);
  });

  test('the shipped policy is there once, however many ask for it', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => domain.policies.shipped()));
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
    expect(asked[0]).toMatchObject({ name: 'default', version: 1 });
  });

  test.each([
    ['a name that is blank', ' ', [members], ['name']],
    ["Lethe's own name", 'default', [members], ['name']],
    ['no threshold', 'x', [], ['thresholds']],
    ['two of one name', 'x', [members, members], ['thresholds', '1', 'name']],
    ['a number the attack does not have', 'x', [{ ...members, key: 'P@1' }], ['thresholds', '0', 'key']],
    ['no bound', 'x', [{ ...members, atMost: null }], ['thresholds', '0', 'atMost']],
    ['a bound that is no number', 'x', [{ ...members, atMost: Number.NaN }], ['thresholds', '0', 'atMost']],
    ['bounds that exclude everything', 'x', [{ ...members, atLeast: 0.7 }], ['thresholds', '0', 'atLeast']],
  ] as [string, string, Thresholds, string[]][])('%s is refused', async (_, name, thresholds, path) => {
    expect(await create(name, thresholds)).toMatchObject({ code: 'INVALID_INPUT', path } satisfies Partial<Refusal>);
  });

  test.each([
    [{ templates: ['a photo'] }, ['templates']],
    [{ templates: [] }, ['templates']],
    [{ images: 3 }, ['images']],
    [{ images: 20_000 }, ['images']],
    [{ seed: -1 }, ['seed']],
    [{ relearning: { steps: 0 } }, ['relearning', 'steps']],
    [{ relearning: { steps: 4, every: 5 } }, ['relearning', 'every']],
    [{ relearning: { samples: 501 } }, ['relearning', 'samples']],
    [{ relearning: { share: 1.5 } }, ['relearning', 'share']],
    [{ relearning: { learningRate: 0 } }, ['relearning', 'learningRate']],
  ] as [AskedProtocol, string[]][])('a protocol of %j is refused', async (protocol, path) => {
    const refused = await domain.policies.create({ name: 'x', reasons: 'why', thresholds: [members], protocol });
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', path: ['protocol', ...path] });
    expect((await domain.policies.list({}, { name: 'x' })).items).toEqual([]);
  });
});
