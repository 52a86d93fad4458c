import { randomUUID } from 'node:crypto';
import {
  type Actor,
  actingAs,
  type Checkpoint,
  type Domain,
  type PlaybookStep,
  playbookSteps,
  type Role,
  type Verdict,
} from '../../src/domain';
import { performDue } from '../support/background';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, success } from '../support/domain';

const person = (name: string, ...roles: Role[]): Actor => ({ kind: 'PERSON', id: `person:${name}`, name, roles });
const rita = person('Rita', 'REVIEWER');
const olga = person('Olga', 'PRIVACY_OFFICER');
const otto = person('Otto', 'PRIVACY_OFFICER');
const byItself = playbookSteps.filter((step) => step !== 'APPROVAL');

describeOnBoth('playbooks', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let policyId: string;
  let now = new Date();
  let made = 0;
  const verdicts = new Map<string, Verdict>();
  const verified: { runId: string; policyId: string }[] = [];
  const certified: { requestId: string; runId: string }[] = [];
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place, {
      clock: () => now,
      verifications: {
        verdictOf: async (id) => verdicts.get(id) ?? null,
        verifyRun: async (input) => {
          verified.push(input);
          return { id: randomUUID() };
        },
      },
      certificates: {
        issueFor: async (input) => {
          certified.push(input);
          return { id: randomUUID() };
        },
      },
    });
    scene = await setTheScene(domain);
    policyId = (await domain.policies.shipped()).id;
  });
  beforeEach(() => {
    verified.length = 0;
    certified.length = 0;
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  /** An alias that points at the scene's checkpoint, a playbook for it, and a request that Olga has follow it. */
  const begin = async ({ automatic = byItself as PlaybookStep[], approvalsNeeded = 2, checked = true } = {}) => {
    const alias = `alias-${++made}`;
    granted(await domain.aliases.create({ name: alias, policyId: null, approvalsNeeded: 1 }));
    granted(await domain.aliases.protect(alias, { policyId: null, approvalsNeeded: 0 }));
    const moves = [{ alias, checkpointId: scene.checkpoint.id }];
    granted(await domain.aliases.move({ moves, reason: 'the first one' }));
    granted(await domain.aliases.protect(alias, { policyId, approvalsNeeded: 1 }));
    const { retainSetId, evaluateOnId } = scene.request;
    const playbook = granted(
      await domain.playbooks.create({
        name: alias,
        alias,
        method: 'clip-erase',
        parameters: { lambda1: 2 },
        seed: 7,
        retainSetId: retainSetId ?? null,
        evaluateOnId: evaluateOnId ?? null,
        policyId,
        approvalsNeeded,
        automatic,
      }),
    );
    const { id } = granted(await domain.requests.receive({ subjectReference: 'x', legalBasis: 'ART_17_1_B' }));
    if (checked) granted(await domain.requests.checkIdentity(id, true, 'eID'));
    granted(await actingAs(olga, () => domain.playbooks.give(id, playbook.id)));
    await performDue(domain);
    return { id, alias, playbookId: playbook.id };
  };
  const request = (id: string) => domain.requests.getOrFail(id);
  const next = async (id: string) => domain.progress.nextStep(await request(id));
  const soon = async () => {
    now = new Date(now.getTime() + 3_000);
    await performDue(domain);
  };
  const finish = async (fails = false): Promise<Checkpoint | null> => {
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error('expected a run');
    if (fails) {
      await domain.attempts.fail(work.claim, { code: 'X', message: 'diverged' }, { retry: false });
      await soon();
      return null;
    }
    const { resultId } = await domain.attempts.succeed(work.claim, await success(domain, place, work.run));
    await soon();
    return domain.checkpoints.get(resultId!);
  };
  const approve = (actor: Actor, { id: checkpointId }: Checkpoint, decision: 'APPROVED' | 'REJECTED' = 'APPROVED') =>
    actingAs(actor, () => domain.approvals.give({ checkpointId, decision, comment: 'looked at it' }));

  test('leads a request from receipt to certificate, and says at each place what it waits for', async () => {
    const { id, alias } = await begin({ checked: false });
    expect(await next(id)).toMatchObject({ step: 'RUN', state: 'WAITING', why: expect.stringContaining('identity') });
    granted(await domain.requests.checkIdentity(id, true, 'eID'));
    await performDue(domain);
    expect((await request(id)).runId).toBeNull();
    expect(await next(id)).toMatchObject({ step: 'RUN', state: 'WAITING', why: expect.stringContaining('forget set') });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    const { runId, status } = await request(id);
    expect(status).toBe('IN_PROGRESS');
    expect(await domain.runs.get(runId!)).toMatchObject({
      checkpointId: scene.checkpoint.id,
      forgetSetId: scene.forget.id,
      parameters: { lambda1: 2, norm: 'L2' },
      seed: 7,
      requestedBy: olga.id,
    });
    expect(await next(id)).toMatchObject({ step: 'RUN', state: 'WAITING', forPeople: false });

    const result = (await finish())!;
    expect(verified).toEqual([{ runId, policyId }]);
    expect(await next(id)).toMatchObject({ step: 'VERIFICATION', state: 'WAITING' });
    verdicts.set(result.id, 'PASS');
    await soon();
    expect(await request(id)).toMatchObject({ status: 'AWAITING_APPROVAL' });
    expect(await next(id)).toEqual({
      step: 'APPROVAL',
      state: 'WAITING',
      why: '0 of 2 approvals are given',
      forPeople: true,
    });

    expect(await approve(olga, result)).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
    granted(await approve(rita, result));
    granted(await approve(otto, result));
    await performDue(domain);
    expect(await request(id)).toMatchObject({ status: 'COMPLETED', promotedAt: now, closedAt: now });
    expect(certified).toEqual([{ requestId: id, runId }]);
    expect(await domain.aliases.byName(alias)).toMatchObject({ checkpointId: result.id });
    expect(await next(id)).toBeNull();
    expect(
      (await domain.requestChanges.events(id, 0, 100)).map(({ type, payload }) => ({ type, ...payload })),
    ).toMatchObject([
      { type: 'RECEIVED' },
      { type: 'PLAYBOOK_GIVEN' },
      { type: 'IDENTITY_VERIFIED' },
      { type: 'FORGET_SET_LINKED' },
      { type: 'STEP_TAKEN', step: 'RUN' },
      { type: 'MOVED', to: 'IN_PROGRESS' },
      { type: 'STEP_TAKEN', step: 'VERIFICATION' },
      { type: 'MOVED', to: 'AWAITING_APPROVAL' },
      { type: 'MOVED', to: 'IN_PROGRESS' },
      { type: 'STEP_TAKEN', step: 'PROMOTION' },
      { type: 'STEP_TAKEN', step: 'CERTIFICATE' },
      { type: 'MOVED', to: 'COMPLETED' },
    ]);
    expect(await performDue(domain)).toBe(0);
  });

  test('what the playbook leaves to people waits for one, who then asked for the run', async () => {
    const { id } = await begin({ automatic: ['VERIFICATION'] });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    expect(await next(id)).toMatchObject({ step: 'RUN', state: 'READY', forPeople: true });
    expect(await domain.progress.take(id, 'PROMOTION')).toMatchObject({ code: 'STEP_NOT_NEXT', path: ['step'] });
    const { runId } = granted(await actingAs(otto, () => domain.progress.take(id, 'RUN')));
    expect(await domain.runs.get(runId!)).toMatchObject({ requestedBy: otto.id });
    expect(await domain.progress.take(id, 'RUN')).toMatchObject({ code: 'STEP_NOT_NEXT' });
    const result = (await finish())!;
    expect(verified).toHaveLength(1);
    verdicts.set(result.id, 'PASS');
    granted(await approve(rita, result));
    granted(await approve(olga, result));
    await soon();
    expect(await next(id)).toMatchObject({ step: 'PROMOTION', state: 'READY', forPeople: true });
    for (const step of ['PROMOTION', 'CERTIFICATE'] as const) granted(await domain.progress.take(id, step));
    await performDue(domain);
    expect((await request(id)).status).toBe('COMPLETED');
  });

  test('a run that fails, a verdict that is no PASS and a rejection block it until somebody decides', async () => {
    const { id } = await begin();
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    await finish(true);
    expect(await next(id)).toMatchObject({ step: 'RUN', state: 'BLOCKED', forPeople: true });

    granted(await domain.progress.take(id, 'RUN'));
    const bad = (await finish())!;
    verdicts.set(bad.id, 'INCONCLUSIVE');
    await soon();
    expect(await next(id)).toMatchObject({
      step: 'VERIFICATION',
      state: 'BLOCKED',
      why: 'the verdict is INCONCLUSIVE',
    });

    granted(await domain.progress.take(id, 'RUN'));
    const second = (await finish())!;
    verdicts.set(second.id, 'PASS');
    await soon();
    granted(await approve(rita, second, 'REJECTED'));
    await performDue(domain);
    expect(await next(id)).toMatchObject({
      step: 'APPROVAL',
      state: 'BLOCKED',
      why: 'Rita rejected the result: looked at it',
    });
    granted(await domain.progress.take(id, 'RUN'));
    await performDue(domain);
    expect(await request(id)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(verified).toHaveLength(2);
    await finish();
  });

  test('a hold stops it between steps and lifting the hold lets it go on', async () => {
    const { id } = await begin();
    granted(await domain.requests.hold(id, 'ART_17_3_E', 'a lawsuit'));
    await performDue(domain);
    expect(await domain.requests.linkForgetSet(id, scene.forget.id)).toMatchObject({ status: 'ON_HOLD' });
    await performDue(domain);
    expect(await next(id)).toMatchObject({ step: 'RUN', state: 'WAITING', why: expect.stringContaining('a lawsuit') });
    expect(await domain.progress.take(id, 'RUN')).toMatchObject({ code: 'STEP_NOT_NEXT' });
    granted(await domain.requests.liftHold(id, 'settled'));
    await performDue(domain);
    expect((await request(id)).runId).not.toBeNull();
    await finish();
  });

  test('an alias that moved meanwhile is not moved back: what it points at now is made to forget instead', async () => {
    const { id, alias } = await begin({ approvalsNeeded: 1, automatic: ['VERIFICATION', 'PROMOTION', 'CERTIFICATE'] });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    const { runId: first } = granted(await actingAs(olga, () => domain.progress.take(id, 'RUN')));
    const result = (await finish())!;
    const other = granted(await domain.checkpoints.import({ name: 'other', source: 'somewhere' }));
    for (const each of [result, other]) {
      verdicts.set(each.id, 'PASS');
      granted(await approve(rita, each));
    }
    granted(await domain.aliases.move({ moves: [{ alias, checkpointId: other.id }], reason: 'a new release' }));
    await soon();
    expect(await next(id)).toEqual({
      step: 'RUN',
      state: 'READY',
      why: `alias ${alias} points at another checkpoint than run ${first} began from: run again`,
      forPeople: true,
    });
    expect(await domain.progress.take(id, 'PROMOTION')).toMatchObject({ code: 'STEP_NOT_NEXT' });
    const { runId } = granted(await actingAs(olga, () => domain.progress.take(id, 'RUN')));
    expect(await domain.runs.get(runId!)).toMatchObject({ checkpointId: other.id });
    const second = (await finish())!;
    verdicts.set(second.id, 'PASS');
    granted(await approve(rita, second));
    await soon();
    expect((await request(id)).status).toBe('COMPLETED');
    expect(await domain.aliases.byName(alias)).toMatchObject({ checkpointId: second.id });
  });

  test('an alias that somebody moved to the approved result by hand is promoted', async () => {
    const { id, alias } = await begin({ approvalsNeeded: 1 });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    const result = (await finish())!;
    verdicts.set(result.id, 'PASS');
    granted(await approve(rita, result));
    granted(await domain.aliases.move({ moves: [{ alias, checkpointId: result.id }], reason: 'in a hurry' }));
    await soon();
    expect(await request(id)).toMatchObject({ status: 'COMPLETED', promotedAt: now });
    const { items } = await domain.aliases.history((await domain.aliases.byName(alias))!.id, {});
    expect(items.map(({ node }) => node.reason)).toEqual(['in a hurry', 'the first one']);
  });

  test('of two requests on one alias the second begins again where the first ended, by itself, and both are completed', async () => {
    const { id: first, alias, playbookId } = await begin({ approvalsNeeded: 1 });
    const { id: second } = granted(await domain.requests.receive({ subjectReference: 'y', legalBasis: 'ART_17_1_B' }));
    granted(await domain.requests.checkIdentity(second, true, 'eID'));
    granted(await actingAs(olga, () => domain.playbooks.give(second, playbookId)));
    for (const id of [first, second]) {
      granted(await domain.requests.linkForgetSet(id, scene.forget.id));
      await performDue(domain);
    }
    const [one, two] = [(await finish())!, (await finish())!];
    for (const each of [one, two]) verdicts.set(each.id, 'PASS');
    granted(await approve(rita, one));
    await soon();
    expect((await request(first)).status).toBe('COMPLETED');
    const { runId } = await request(second);
    expect(await domain.runs.get(runId!)).toMatchObject({ checkpointId: one.id, requestedBy: olga.id });
    const both = (await finish())!;
    verdicts.set(both.id, 'PASS');
    await soon();
    expect(await next(second)).toMatchObject({ step: 'APPROVAL', why: '0 of 1 approvals are given' });
    granted(await approve(rita, both));
    await soon();
    expect((await request(second)).status).toBe('COMPLETED');
    expect(await domain.aliases.byName(alias)).toMatchObject({ checkpointId: both.id });
  });

  test('an alias that was deleted stops it until there is one of its name again, and the request says so', async () => {
    const { id, alias } = await begin({ approvalsNeeded: 1 });
    const free = { policyId: null, approvalsNeeded: 0 };
    const drop = async () => {
      granted(await domain.aliases.protect(alias, free));
      granted(await domain.aliases.delete({ alias, reason: 'renamed' }));
      await performDue(domain);
    };
    const make = async () => {
      granted(await domain.aliases.create({ name: alias, ...free }));
      await performDue(domain);
    };
    const point = async () => {
      granted(await domain.aliases.move({ moves: [{ alias, checkpointId: scene.checkpoint.id }], reason: 'again' }));
      await performDue(domain);
    };
    await drop();
    const waits = { state: 'WAITING', forPeople: true };
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    const gone = `alias ${alias} was deleted: it has to be made again`;
    expect(await next(id)).toEqual({ step: 'RUN', ...waits, why: `${gone}, or the request be given another playbook` });
    expect(await domain.progress.take(id, 'RUN')).toMatchObject({ code: 'STEP_NOT_NEXT' });
    await make();
    expect(await next(id)).toMatchObject({ step: 'RUN', ...waits, why: expect.stringContaining('points at nothing') });
    await point();
    expect((await request(id)).runId).not.toBeNull();

    const result = (await finish())!;
    verdicts.set(result.id, 'PASS');
    granted(await approve(rita, result));
    await drop();
    await soon();
    expect(await next(id)).toEqual({ step: 'PROMOTION', ...waits, why: gone });
    await make();
    await point();
    expect((await request(id)).status).toBe('COMPLETED');
  });

  test('a checkpoint that was deleted under its alias is waited for, not tried every minute', async () => {
    const { id, alias } = await begin({ approvalsNeeded: 1 });
    const original = granted(await domain.checkpoints.import({ name: 'short-lived', source: 'somewhere' }));
    granted(await domain.aliases.protect(alias, { policyId: null, approvalsNeeded: 0 }));
    granted(await domain.aliases.move({ moves: [{ alias, checkpointId: original.id }], reason: 'a try' }));
    // As could happen before aliases held what they point at.
    await domain.database.query('UPDATE checkpoint SET deleted_at = now() WHERE id = $1', [original.id]);
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    expect(await next(id)).toMatchObject({
      step: 'RUN',
      state: 'WAITING',
      why: expect.stringContaining('checkpoint short-lived was deleted'),
      forPeople: true,
    });
    granted(await domain.aliases.move({ moves: [{ alias, checkpointId: scene.checkpoint.id }], reason: 'back' }));
    await performDue(domain);
    expect((await request(id)).runId).not.toBeNull();
    await finish();
  });

  test('people can take every step before a worker looks; a hold at the end still holds', async () => {
    const { id } = await begin({ approvalsNeeded: 1, automatic: [] });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    granted(await domain.progress.take(id, 'RUN'));
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error('expected a run');
    const { resultId } = await domain.attempts.succeed(work.claim, await success(domain, place, work.run));
    granted(await domain.progress.take(id, 'VERIFICATION'));
    verdicts.set(resultId!, 'PASS');
    granted(await approve(rita, (await domain.checkpoints.get(resultId!))!));
    granted(await domain.progress.take(id, 'PROMOTION'));
    granted(await domain.progress.take(id, 'CERTIFICATE'));
    expect((await request(id)).status).toBe('IDENTITY_CHECKED');
    granted(await domain.requests.hold(id, 'ART_17_3_A', 'a newspaper'));
    await performDue(domain);
    expect((await request(id)).status).toBe('ON_HOLD');
    granted(await domain.requests.liftHold(id, 'it agreed'));
    await performDue(domain);
    expect((await request(id)).status).toBe('COMPLETED');
  });

  test('another forget set begins the playbook anew, until the result is in use', async () => {
    const { id } = await begin({ approvalsNeeded: 1, automatic: ['RUN', 'VERIFICATION', 'PROMOTION'] });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    await finish();
    const dogs = granted(
      await domain.sets.create({ kind: 'FORGET', name: 'dogs', classes: ['cat'], datasetId: scene.dataset.id }),
    );
    const before = (await request(id)).runId;
    granted(await domain.requests.linkForgetSet(id, dogs.id));
    await performDue(domain);
    const { runId, verificationId } = await request(id);
    expect([runId === before, verificationId]).toEqual([false, null]);
    const result = (await finish())!;
    verdicts.set(result.id, 'PASS');
    granted(await approve(rita, result));
    await soon();
    expect((await request(id)).promotedAt).not.toBeNull();
    expect(await domain.requests.linkForgetSet(id, scene.forget.id)).toMatchObject({ code: 'REQUEST_PROMOTED' });
  });

  test('one playbook serves any request: what its runs keep is a dataset without what the request forgets', async () => {
    const { id: first, alias } = await begin({ checked: false });
    granted(await domain.requests.move(first, 'WITHDRAWN'));
    const input = { name: `${alias} for all`, alias, method: 'clip-erase', evaluateOnId: scene.held.id, policyId };
    const { dataset } = scene;
    const datasets = { retainFromId: dataset.id, calibrateFromId: dataset.id };
    const playbook = granted(await domain.playbooks.create({ ...input, ...datasets, automatic: ['RUN'] }));
    const select = { kind: 'FORGET', datasetId: dataset.id } as const;
    const dogs = granted(await domain.sets.create({ ...select, name: 'dogs', classes: ['dog'] }));
    const horses = granted(await domain.sets.create({ kind: 'FORGET', name: 'horses by name', classes: ['horse'] }));
    const runFor = async (forgetSetId: string) => {
      const { id } = granted(await domain.requests.receive({ subjectReference: 'x', legalBasis: 'ART_17_1_B' }));
      granted(await domain.requests.checkIdentity(id, true, 'eID'));
      granted(await domain.requests.linkForgetSet(id, forgetSetId));
      granted(await actingAs(olga, () => domain.playbooks.give(id, playbook.id)));
      await performDue(domain);
      const run = (await domain.runs.get((await request(id)).runId!))!;
      granted(await domain.runs.cancel(run.id));
      return run;
    };
    const kept = async (forgetSetId: string) => {
      const run = await runFor(forgetSetId);
      expect(run.calibrationSetId).toBe(run.retainSetId);
      return (await domain.sets.get(run.retainSetId!))!;
    };
    const withoutDogs = await kept(dogs.id);
    expect(withoutDogs).toMatchObject({
      kind: 'RETAIN',
      name: 'pets without dogs',
      classes: ['cat', 'horse'],
      sampleCount: 20,
      selector: { exceptSetId: dogs.id },
    });
    expect(await kept(scene.forget.id)).toMatchObject({ name: 'pets without cats', classes: ['dog', 'horse'] });
    expect(granted(await domain.sets.rest(dataset.id, horses.id))).toMatchObject({
      classes: ['cat', 'dog'],
      sampleCount: 20,
    });
    expect((await kept(dogs.id)).id).toBe(withoutDogs.id);
    const { nodes } = (await domain.lineage.of(withoutDogs.id))!;
    expect(nodes.map(({ node }) => node.id)).toEqual(expect.arrayContaining([dataset.id, dogs.id]));

    const create = (more: object) => domain.playbooks.create({ ...input, name: 'x', automatic: [], ...more });
    const both = { retainFromId: dataset.id, retainSetId: scene.retain.id };
    expect(await create(both)).toMatchObject({ code: 'INVALID_INPUT', path: ['retainFromId'] });
    const unknown = { retainFromId: dataset.id, calibrateFromId: dogs.id };
    expect(await create(unknown)).toMatchObject({ code: 'DATASET_NOT_FOUND', path: ['calibrateFromId'] });
    expect(await create({ retainFromId: scene.held.id })).toMatchObject({
      code: 'SETS_OVERLAP',
      path: ['evaluateOnId'],
      message: expect.stringContaining('dataset held out'),
    });
  });

  test('a rejection stops it also where no approvals are asked for', async () => {
    const { id, alias } = await begin({ approvalsNeeded: 0, automatic: ['RUN', 'VERIFICATION'] });
    granted(await domain.aliases.protect(alias, { policyId, approvalsNeeded: 0 }));
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    const result = (await finish())!;
    verdicts.set(result.id, 'PASS');
    await soon();
    expect(await next(id)).toMatchObject({ step: 'PROMOTION', state: 'READY' });
    const no = granted(await approve(rita, result, 'REJECTED'));
    expect(await next(id)).toMatchObject({ step: 'APPROVAL', state: 'BLOCKED' });
    expect(await domain.progress.take(id, 'PROMOTION')).toMatchObject({ code: 'STEP_NOT_NEXT' });
    granted(await actingAs(rita, () => domain.approvals.withdraw(no.id)));
    granted(await domain.progress.take(id, 'PROMOTION'));
  });

  test('another playbook may be given while no run is under way, and begins anew', async () => {
    const { id, playbookId } = await begin({ automatic: ['RUN'] });
    const { playbookId: other } = await begin({ automatic: ['RUN', 'PROMOTION'], approvalsNeeded: 0 });
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await performDue(domain);
    const give = (to: string) => actingAs(otto, () => domain.playbooks.give(id, to));
    expect(await give(other)).toMatchObject({
      code: 'PLAYBOOK_UNDER_WAY',
      message: expect.stringContaining((await request(id)).runId!),
    });
    await finish();
    const { runId: first } = await request(id);
    granted(await give(playbookId));
    expect(await request(id)).toMatchObject({ runId: first, playbookBy: { id: olga.id } });
    granted(await give(other));
    await performDue(domain);
    const { runId } = await request(id);
    expect(runId).not.toBe(first);
    expect(await domain.runs.get(runId!)).toMatchObject({ requestedBy: otto.id });
    await finish();
  });

  test('of many workers that move it on at once, each step is taken once', async () => {
    const { id } = await begin();
    granted(await domain.requests.linkForgetSet(id, scene.forget.id));
    await Promise.all(Array.from({ length: 6 }, () => domain.background.performNext(randomUUID())));
    await performDue(domain);
    const taken = (await domain.requestChanges.events(id, 0, 100)).filter(({ type }) => type === 'STEP_TAKEN');
    expect(taken).toHaveLength(1);
    await finish();
  });

  test('bad input is refused by name', async () => {
    const { alias, id } = await begin();
    const { retainSetId } = scene.request;
    const input = { name: 'another', alias, method: 'clip-erase', retainSetId: retainSetId!, automatic: [] };
    const names = granted(await domain.sets.create({ kind: 'RETAIN', name: 'names', classes: ['dog'] })).id;
    const overlapping = granted(await domain.datasets.register({ name: 'seen', source: 'dog:0-3' })).id;
    const create = (more: object) => domain.playbooks.create({ ...input, ...more });
    for (const [more, path] of [
      [{ name: ' ' }, 'name'],
      [{ alias: 'nowhere' }, 'alias'],
      [{ seed: -1 }, 'seed'],
      [{ approvalsNeeded: 11 }, 'approvalsNeeded'],
      [{ automatic: ['APPROVAL'] }, 'automatic'],
      [{ retainSetId: scene.forget.id }, 'retainSetId'],
      [{ calibrationSetId: scene.forget.id }, 'calibrationSetId'],
      [{ evaluateOnId: 'nonsense' }, 'evaluateOnId'],
      [{ policyId, evaluateOnId: null }, 'evaluateOnId'],
      [{ name: alias, policyId, evaluateOnId: scene.held.id }, 'name'],
      [{}, 'policyId'],
    ] as const) {
      expect(await create(more)).toMatchObject({ path: [path] });
    }
    expect(await create({ method: 'nonsense' })).toMatchObject({ code: 'METHOD_UNKNOWN' });
    const evaluateOnId = scene.held.id;
    for (const policy of ['strict', scene.held.id]) {
      const unknown = await create({ policyId: policy, evaluateOnId });
      expect(unknown).toMatchObject({ code: 'POLICY_NOT_FOUND', path: ['policyId'] });
    }
    const neighbour = granted(await domain.projects.create({ name: 'with a policy of its own' }));
    const theirs = await actingAs({ ...olga, projectId: neighbour.id }, () => domain.policies.shipped());
    const alien = await actingAs(olga, () => create({ policyId: theirs.id, evaluateOnId }));
    expect(alien).toMatchObject({ code: 'POLICY_NOT_FOUND' });
    expect(await create({ retainSetId: null })).toMatchObject({ code: 'SET_MISSING', path: ['retainSetId'] });
    expect(await create({ retainSetId: names })).toMatchObject({ code: 'SET_WITHOUT_SAMPLES', path: ['retainSetId'] });
    expect(await create({ evaluateOnId: overlapping })).toMatchObject({ code: 'SETS_OVERLAP', path: ['evaluateOnId'] });
    expect(await create({ parameters: { lambda1: -1 } })).toMatchObject({ code: 'PARAMETER_INVALID' });
    expect(await domain.playbooks.give(id, 'nonsense')).toMatchObject({ code: 'PLAYBOOK_NOT_FOUND' });
    expect(await domain.progress.take('nonsense', 'RUN')).toMatchObject({ code: 'REQUEST_NOT_FOUND' });
    const free = granted(await domain.requests.receive({ subjectReference: 'x', legalBasis: 'ART_17_1_B' }));
    expect(await domain.progress.take(free.id, 'RUN')).toMatchObject({ code: 'PLAYBOOK_MISSING' });
  });
});
