import { text } from 'node:stream/consumers';
import { type Actor, actingAs, type Certificate, type Checkpoint, type Domain, type Finding } from '../../src/domain';
import { performDue } from '../support/background';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, success } from '../support/domain';

const olga: Actor = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['PRIVACY_OFFICER'] };
const rita: Actor = { kind: 'PERSON', id: 'person:rita', name: 'Rita', roles: ['REVIEWER'] };

describeOnBoth('certification', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let requestId: string;
  let runId: string;
  let original: Checkpoint;
  let result: Checkpoint;
  let certificate: Certificate;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
    original = scene.checkpoint;
    granted(await domain.checkpoints.declareTraining({ checkpointId: original.id, datasetIds: [scene.dataset.id] }));
    const held = granted(await domain.datasets.register({ name: 'many', source: 'cat:20-39 dog:20-39 horse:20-39' }));
    const { requests, playbooks, aliases } = domain;
    const policy = granted(
      await domain.policies.create({
        name: 'members',
        reasons: 'a test',
        thresholds: [{ name: 'members', attack: 'MEMBERSHIP_INFERENCE', key: 'auc', atMost: 0.6 }],
      }),
    );
    granted(await aliases.create({ name: 'production', policyId: null, approvalsNeeded: 0 }));
    const moves = [{ alias: 'production', checkpointId: original.id }];
    granted(await aliases.move({ moves, reason: 'the first one' }));
    granted(await aliases.protect('production', { policyId: policy.id, approvalsNeeded: 1 }));
    const playbook = granted(
      await playbooks.create({
        name: 'erase',
        alias: 'production',
        method: 'clip-erase',
        parameters: {},
        seed: 7,
        retainSetId: scene.retain.id,
        calibrationSetId: null,
        evaluateOnId: held.id,
        policyId: policy.id,
        approvalsNeeded: 1,
        automatic: ['RUN', 'VERIFICATION', 'PROMOTION', 'CERTIFICATE'],
      }),
    );
    const forgetSetId = scene.forget.id;
    const asked = { subjectReference: 'somebody', legalBasis: 'ART_17_1_B', forgetSetId } as const;
    ({ id: requestId } = granted(await requests.receive(asked)));
    granted(await requests.checkIdentity(requestId, true, 'eID'));
    granted(await actingAs(olga, () => playbooks.give(requestId, playbook.id)));
    await performDue(domain);
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  /** Lets the worker look at what waits, as time would. */
  const look = async () => {
    await domain.database.query('UPDATE job SET run_after = NULL WHERE run_after IS NOT NULL');
    await performDue(domain);
  };
  const claim = () => domain.work.claim(scene.executor, 60);
  const auc: Finding = {
    model: 'SUBJECT',
    attack: 'MEMBERSHIP_INFERENCE',
    key: 'auc',
    value: 0.5,
    lower: 0.45,
    upper: 0.55,
    count: 20,
  };

  test('a request is led to its certificate by the real steps alone', async () => {
    const work = await claim();
    if (work?.kind !== 'RUN') throw new Error(`expected a run, not ${work?.kind}`);
    runId = work.run.id;
    const { resultId } = await domain.attempts.succeed(work.claim, await success(domain, place, work.run));
    result = await domain.checkpoints.getOrFail(resultId!);
    await look();
    const attack = await claim();
    if (attack?.kind !== 'VERIFICATION') throw new Error(`expected a verification, not ${attack?.kind}`);
    await domain.verifications.succeed(attack.claim, { results: [auc], environment: {} });
    await look();
    const approval = { checkpointId: result.id, decision: 'APPROVED', comment: 'looked at it' } as const;
    granted(await actingAs(rita, () => domain.approvals.give(approval)));
    await look();

    const request = await domain.requests.getOrFail(requestId);
    expect(request).toMatchObject({ status: 'COMPLETED', runId, certificateId: expect.any(String) });
    expect(await domain.aliases.byName('production')).toMatchObject({ checkpointId: result.id });
    await domain.certificates.sealPending();
    certificate = await domain.certificates.getOrFail(request.certificateId!);
    expect(certificate).toMatchObject({ status: 'VALID', requestId, runId, resultId: result.id });
  });

  test('the certificate says what was found, by whom, and who still carries what was forgotten', async () => {
    const statement = certificate.claims;
    const request = await domain.requests.getOrFail(requestId);
    expect(statement).toMatchObject({
      request: { id: requestId, basis: 'ART_17_1_B', subjectHash: request.subjectHash },
      forgetSet: { id: scene.forget.id, samples: 10, classes: ['cat'] },
      parent: { digest: original.digest },
      result: { digest: result.digest },
      run: { id: runId, method: 'clip-erase', seed: 7 },
      attacks: [{ name: 'members', value: 0.5, upper: 0.55, count: 20, threshold: 0.6, verdict: 'PASS' }],
      policy: 'members 1',
      verdict: 'PASS',
      approvals: [{ role: 'REVIEWER', approver: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      carriers: { undeclared: 0, outstanding: [{ id: original.id }], remediated: [{ id: result.id }], attempted: [] },
      supersedes: null,
    });
    const after = statement.evaluation.find(({ key, subject }) => key === 'accuracy' && subject === 'cat');
    expect(after).toMatchObject({ after: { value: 0, count: 3 } });
    const bundle = await text(await domain.artifacts.open(certificate.bundleDigest!));
    expect(JSON.stringify(statement) + bundle).not.toMatch(/somebody|Rita|person:rita/);
  });

  test('issued again it is the same, and for what is not there it is refused', async () => {
    expect(granted(await domain.issuer.issueFor({ runId, requestId })).id).toBe(certificate.id);
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect(await domain.issuer.issueFor({ runId: nobody })).toMatchObject({ code: 'RUN_NOT_FOUND' });
    const other = { runId, requestId: nobody };
    expect(await domain.issuer.issueFor(other)).toMatchObject({ code: 'REQUEST_OF_ANOTHER_RUN' });
    const queued = granted(await domain.runs.start(scene.request));
    expect(await domain.issuer.issueFor({ runId: queued.id })).toMatchObject({ code: 'RUN_WITHOUT_RESULT' });
    await domain.runs.cancel(queued.id);
  });

  test('it is a node of lineage, after all it rests on', async () => {
    const { nodes } = (await domain.lineage.of(certificate.id, { direction: 'ANCESTORS' }))!;
    const types = new Set(nodes.map(({ node }) => node.type));
    expect([...types]).toEqual(
      expect.arrayContaining(['CERTIFICATE', 'CHECKPOINT', 'RUN', 'VERIFICATION', 'FORGET_SET']),
    );
    expect(types).toContain('ERASURE_REQUEST');
  });

  test('a descendant that is merged with nothing that carries leaves it valid', async () => {
    granted(await domain.checkpoints.import({ name: 'tuned', source: 'elsewhere', parentIds: [result.id] }));
    await look();
    expect(await domain.certificates.getOrFail(certificate.id)).toMatchObject({ status: 'VALID' });
  });

  test('a descendant that is merged with a carrier makes it stale, and is verified', async () => {
    const sources = [
      { checkpointId: result.id, weight: 1 },
      { checkpointId: original.id, weight: 1 },
    ];
    granted(await domain.merges.request({ name: 'soup', sources }));
    const work = await claim();
    if (work?.kind !== 'MERGE') throw new Error(`expected a merge, not ${work?.kind}`);
    const { checkpoint } = await success(domain, place, { id: 'soup', checkpoint: original } as never, 'soup');
    await domain.merges.succeed(work.claim, { ...checkpoint, name: 'soup' });
    await look();
    const stale = await domain.certificates.getOrFail(certificate.id);
    expect(stale).toMatchObject({ status: 'STALE', reason: expect.stringContaining('soup') });
    const queued = await claim();
    if (queued?.kind !== 'VERIFICATION') throw new Error(`expected a verification, not ${queued?.kind}`);
    const soup = (await domain.merges.getOrFail(work.merge.id)).resultId;
    expect(queued.verification).toMatchObject({ checkpointId: soup, originalId: original.id });

    const next = granted(await domain.issuer.issueFor({ runId, requestId }));
    await domain.certificates.sealPending();
    expect(next.claims).toMatchObject({ supersedes: certificate.id });
    expect(next.claims.carriers.outstanding.map(({ name }) => name)).toContain('soup');
    expect(await domain.certificates.getOrFail(certificate.id)).toMatchObject({ status: 'REVOKED' });
  });

  test('one that is stale is replaced once, and once more when what was to replace it was taken back', async () => {
    const answer = async (of: string | null) => granted(await domain.issuer.issueFor({ runId, requestId: of }));
    const old = await answer(requestId);
    await domain.certificates.markStale(old.id, 'a test');
    expect(await answer(null)).toMatchObject({ requestId: null, supersedesId: null });
    const next = await answer(requestId);
    expect(next).toMatchObject({ status: 'PENDING', supersedesId: old.id });
    expect((await answer(requestId)).id).toBe(next.id);
    granted(await domain.certificates.revoke(next.id, 'issued in error'));
    const last = await answer(requestId);
    expect(last).toMatchObject({ status: 'PENDING', supersedesId: old.id });
    await domain.certificates.sealPending();
    expect(await domain.certificates.getOrFail(old.id)).toMatchObject({ reason: `superseded by ${last.id}` });
  });

  test('nothing is certified for a request that is on hold or came to nothing, and what was is taken back', async () => {
    const { requests, requestChanges, issuer, certificates } = domain;
    for (const to of ['REFUSED', 'WITHDRAWN'] as const) {
      const { id } = granted(await requests.receive({ subjectReference: 'another', legalBasis: 'ART_17_1_B' }));
      const event = { type: 'STEP_TAKEN', payload: { step: 'RUN' } } as const;
      granted(await requestChanges.change(id, () => ({ set: { runId }, event })));
      const issued = granted(await issuer.issueFor({ runId, requestId: id }));
      await certificates.sealPending();
      granted(await requests.hold(id, 'ART_17_3_E', 'a lawsuit'));
      const again = () => issuer.issueFor({ runId, requestId: id });
      expect(await again()).toMatchObject({ code: 'REQUEST_ON_HOLD', path: ['requestId'] });
      expect(await issuer.issueFor({ runId })).toMatchObject({ code: 'REQUEST_ON_HOLD', path: ['runId'] });
      granted(await requests.move(id, to, 'it was not founded'));
      expect(await certificates.getOrFail(issued.id)).toMatchObject({
        status: 'REVOKED',
        reason: `erasure request ${id} is ${to}`,
      });
      expect(await again()).toMatchObject({ code: 'REQUEST_CLOSED', path: ['requestId'] });
    }
    expect((await certificates.list({}, { requestId, status: 'VALID' })).items).toHaveLength(1);
  });
});
