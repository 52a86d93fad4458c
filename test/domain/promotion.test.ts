import {
  type Actor,
  type AliasProtection,
  AuditEntry,
  actingAs,
  type Checkpoint,
  type Domain,
  Refusal,
  type Role,
  type Verdict,
} from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, success } from '../support/domain';

const person = (name: string, ...roles: Role[]): Actor => ({ kind: 'PERSON', id: `person:${name}`, name, roles });
const rita = person('Rita', 'REVIEWER');
const olga = person('Olga', 'PRIVACY_OFFICER');
const ada = person('Ada', 'ADMIN');
const emil = person('Emil', 'ENGINEER', 'REVIEWER');

describeOnBoth('approvals and aliases', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let policyId: string;
  const verdicts = new Map<string, Verdict>();
  beforeAll(async () => {
    place = await fresh();
    const verifications = {
      verdictOf: async (id: string) => verdicts.get(id) ?? null,
      verifyRun: async () => Promise.reject(new Error('nobody asks for it here')),
    };
    domain = await openDomain(place, { verifications });
    scene = await setTheScene(domain);
    policyId = (await domain.policies.shipped()).id;
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const checkpoint = async (name = 'demo') => granted(await domain.checkpoints.import({ name, source: 'somewhere' }));
  /** The result of a run that somebody asked for. */
  const result = async (by: Actor): Promise<Checkpoint> => {
    await actingAs(by, async () => granted(await domain.runs.start(scene.request)));
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error('expected a run');
    const { resultId } = await domain.attempts.succeed(work.claim, await success(domain, place, work.run));
    return (await domain.checkpoints.get(resultId!))!;
  };
  const decide = (actor: Actor, { id: checkpointId }: Checkpoint, decision: 'APPROVED' | 'REJECTED' = 'APPROVED') =>
    actingAs(actor, () => domain.approvals.give({ checkpointId, decision, comment: 'looked at it' }));
  let made = 0;
  const alias = async (protection: AliasProtection = { policyId: null, approvalsNeeded: 0 }) => {
    const name = `alias-${++made}`;
    return granted(await domain.aliases.create({ name, ...protection })).name;
  };
  const move = (name: string, { id: checkpointId }: Checkpoint, expected?: string | null) =>
    domain.aliases.move({
      moves: [{ alias: name, checkpointId, ...(expected === undefined ? {} : { expected }) }],
      reason: 'it is better',
    });

  test('a run knows who asked for it', async () => {
    const { runId } = await result(emil);
    expect(await domain.runs.get(runId!)).toMatchObject({ requestedBy: emil.id, requestedByVouchers: [] });
  });

  test('it takes a person with the role: no admin by being one, no bot, no engineer, not Lethe itself', async () => {
    const it = await checkpoint();
    const bot: Actor = { kind: 'BOT', id: 'bot:1', name: 'Bot', roles: ['REVIEWER'] };
    for (const actor of [ada, bot, person('Eve', 'ENGINEER', 'VIEWER')]) {
      expect(await decide(actor, it)).toMatchObject({ code: 'APPROVER_NOT_ALLOWED' });
    }
    expect(await domain.approvals.give({ checkpointId: it.id, decision: 'APPROVED', comment: '' })).toMatchObject({
      code: 'APPROVER_NOT_ALLOWED',
    });
    expect(granted(await decide(rita, it))).toMatchObject({ approverId: rita.id, decision: 'APPROVED' });
    granted(await decide({ ...olga, roles: ['ADMIN', 'PRIVACY_OFFICER'] }, it));
  });

  test('nobody approves their own run, nor one of their bot or of a bot that it made', async () => {
    expect(await decide(emil, await result(emil))).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
    const bot: Actor = { kind: 'BOT', id: 'bot:emil', name: "Emil's bot", roles: ['ENGINEER'], vouchers: [emil.id] };
    expect(await decide(emil, await result(bot))).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
    const second: Actor = { ...bot, id: 'bot:second', vouchers: [bot.id, emil.id] };
    expect(await decide(emil, await result(second))).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
    granted(await decide(rita, await result(emil)));
  });

  /** The holder of a token that somebody made, as a server would find out. */
  const tokenOf = async (by: Actor, holder: string, ...roles: Role[]) => {
    const made = await actingAs(by, () => domain.tokens.create({ name: holder, kind: 'PERSON', holder, roles }));
    const { token, secret } = granted(made);
    return { id: token.id, who: async () => (await domain.tokens.holder(secret))!.actor };
  };
  const operator: Actor = { kind: 'PERSON', id: 'bootstrap', name: 'Bootstrap token', roles: ['ADMIN'] };

  test('nobody approves their own merge, nor what they imported', async () => {
    const imports = (name: string) =>
      actingAs(emil, async () => granted(await domain.checkpoints.import({ name, source: 'somewhere' })));
    const [one, two] = [await imports('one'), await imports('two')];
    expect(one.importedBy).toBe(emil.id);
    expect(await decide(emil, one)).toMatchObject({
      code: 'APPROVAL_OF_OWN_IMPORT',
      message: expect.stringContaining('checkpoint one'),
    });
    granted(await decide(rita, one));

    const sources = [one, two].map(({ id: checkpointId }) => ({ checkpointId, weight: 1 }));
    const merged = async (by: Actor): Promise<Checkpoint> => {
      const asked = await actingAs(by, async () => granted(await domain.merges.request({ name: 'soup', sources })));
      expect(asked).toMatchObject({ requestedBy: by.id, requestedByVouchers: [...(by.vouchers ?? [])] });
      const work = await domain.work.claim(scene.executor, 60);
      if (work?.kind !== 'MERGE') throw new Error('expected a merge');
      const { files, architecture, layout, parameterCount, config } = one;
      await domain.merges.succeed(work.claim, { name: 'soup', files, architecture, layout, parameterCount, config });
      return (await domain.checkpoints.get((await domain.merges.getOrFail(asked.id)).resultId!))!;
    };
    const soup = await merged(emil);
    expect(await decide(emil, soup)).toMatchObject({
      code: 'APPROVAL_OF_OWN_MERGE',
      message: expect.stringContaining(`merge ${soup.mergeId}`),
    });
    granted(await decide(rita, soup));
    const bob = await (await tokenOf(ada, 'bob', 'REVIEWER')).who();
    const others = await merged(ada);
    expect(await decide(bob, others)).toMatchObject({
      code: 'APPROVER_NOT_INDEPENDENT',
      message: expect.stringContaining(`merge ${others.mergeId}`),
    });
    // What a merge is made from may be one's own.
    granted(await decide(emil, others));
  });

  test('one administrator who makes everybody a token runs an installation alone', async () => {
    const alice = await (await tokenOf(operator, 'alice', 'ENGINEER')).who();
    const bob = await (await tokenOf(operator, 'bob', 'REVIEWER')).who();
    const carol = await (await tokenOf(operator, 'carol', 'PRIVACY_OFFICER')).who();
    const it = await result(alice);
    for (const approver of [bob, carol]) granted(await decide(approver, it));
    const name = await alias({ policyId: null, approvalsNeeded: 2 });
    expect(granted(await move(name, it))).toMatchObject([{ checkpointId: it.id }]);
  });

  test('nobody approves what they asked for by a token made in the name of somebody else, however far away', async () => {
    const bob = await (await tokenOf(operator, 'bob', 'REVIEWER')).who();
    const own = await result(operator);
    expect(await decide(bob, own)).toMatchObject({
      code: 'APPROVER_NOT_INDEPENDENT',
      path: ['checkpointId'],
      message: expect.stringContaining(own.runId!),
    });
    const deputy = await (await tokenOf(operator, 'deputy', 'ADMIN')).who();
    const dora = await (await tokenOf(deputy, 'dora', 'REVIEWER')).who();
    expect(dora.vouchers).toEqual(['person:deputy', 'bootstrap']);
    for (const asked of [own, await result(deputy)]) {
      expect(await decide(dora, asked)).toMatchObject({ code: 'APPROVER_NOT_INDEPENDENT' });
    }
    // Bob logs in: his provider says who he is, not the administrator.
    granted(await decide(person('bob', 'REVIEWER'), own));
  });

  test('a bot of a bot of hers is hers, and so is what a holder with a blank too many asked for', async () => {
    const eve = person('Eve', 'ADMIN', 'REVIEWER');
    const botOf = async (by: Actor, ...roles: Role[]) => {
      const made = await actingAs(by, () => domain.tokens.create({ name: 'bot', kind: 'BOT', roles }));
      return (await domain.tokens.holder(granted(made).secret))!.actor;
    };
    const second = await botOf(await botOf(eve, 'ADMIN'), 'ENGINEER');
    expect(await decide(eve, await result(second))).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
    const blank = await (await tokenOf(ada, 'Eve ', 'ENGINEER')).who();
    expect(await decide(eve, await result(blank))).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
  });

  test('nobody approves what was asked for by a token that they made in the name of somebody else', async () => {
    const judge = person('Judge', 'ADMIN', 'REVIEWER');
    const alice = await (await tokenOf(judge, 'alice', 'ENGINEER')).who();
    expect(await decide(judge, await result(alice))).toMatchObject({ code: 'APPROVER_NOT_INDEPENDENT' });
    granted(await decide(rita, await result(alice)));
  });

  test('whoever gives a token a role vouches for it; whoever takes one away does not', async () => {
    const bob = await tokenOf(operator, 'bob', 'REVIEWER', 'VIEWER');
    granted(await actingAs(ada, () => domain.tokens.changeRoles(bob.id, ['VIEWER'])));
    expect((await bob.who()).vouchers).toEqual(['bootstrap']);
    granted(await actingAs(ada, () => domain.tokens.changeRoles(bob.id, ['REVIEWER'])));
    expect((await bob.who()).vouchers).toEqual(['bootstrap', ada.id]);
    expect(await decide(await bob.who(), await result(ada))).toMatchObject({ code: 'APPROVER_NOT_INDEPENDENT' });
  });

  test('whoever made the token of another approver counts once with them, and may still object', async () => {
    const judge = person('Judge', 'ADMIN', 'REVIEWER');
    const bob = await (await tokenOf(judge, 'bob', 'REVIEWER')).who();
    for (const [first, second] of [
      [judge, bob],
      [bob, judge],
    ] as const) {
      const it = await result(person('Ned', 'ENGINEER'));
      const given = granted(await decide(first, it));
      expect(given).toMatchObject({ approverId: first.id, vouchers: [...(first.vouchers ?? [])] });
      expect(await decide(second, it)).toMatchObject({
        code: 'APPROVAL_COUNTED',
        message: expect.stringContaining(`${first.name} has approved checkpoint`),
      });
      granted(await decide(second, it, 'REJECTED'));
    }
  });

  test('a rejection is not taken back by a token that whoever asked for the run made in its name', async () => {
    const it = await result(ada);
    const no = granted(await decide(person('bob', 'REVIEWER'), it, 'REJECTED'));
    const forged = await (await tokenOf(ada, 'bob', 'REVIEWER')).who();
    expect(forged.id).toBe(no.approverId);
    const taken = await actingAs(forged, () => domain.approvals.withdraw(no.id));
    expect(taken).toMatchObject({ code: 'APPROVER_NOT_INDEPENDENT', path: ['id'] });
    granted(await actingAs(person('bob', 'REVIEWER'), () => domain.approvals.withdraw(no.id)));
  });

  test('nobody counts twice, not even through two tokens or two requests at once', async () => {
    const it = await checkpoint();
    const tokens = [1, 2, 3, 4].map((n): Actor => ({ ...rita, vouchers: [`person:${n}`] }));
    const answers = await Promise.all(tokens.map((token) => decide(token, it)));
    expect(answers.filter((answer) => 'code' in answer && answer.code === 'APPROVAL_REPEATED')).toHaveLength(3);
    expect(await domain.approvals.standing([it.id])).toHaveLength(1);
  });

  test('a decision can be taken back by who took it, and then taken anew; all stay on record', async () => {
    const it = await checkpoint();
    const first = granted(await decide(rita, it, 'REJECTED'));
    const taken = await actingAs(olga, () => domain.approvals.withdraw(first.id));
    expect(taken).toMatchObject({ code: 'APPROVAL_OF_ANOTHER' });
    granted(await actingAs(rita, () => domain.approvals.withdraw(first.id)));
    granted(await actingAs(rita, () => domain.approvals.withdraw(first.id)));
    granted(await decide(rita, it));
    expect((await domain.approvals.list({}, { checkpointId: it.id })).items).toHaveLength(2);
    expect(await domain.approvals.standing([it.id])).toMatchObject([{ decision: 'APPROVED' }]);
    const actions = await domain.database.repository(AuditEntry).findBy({ subjectId: first.id });
    expect(actions.map(({ action }) => action).sort()).toEqual(['APPROVAL_WITHDRAWN', 'CHECKPOINT_REJECTED']);
  });

  test('a rejection says why', async () => {
    const { id: checkpointId } = await checkpoint();
    const silent = actingAs(rita, () => domain.approvals.give({ checkpointId, decision: 'REJECTED', comment: ' ' }));
    expect(await silent).toMatchObject({ code: 'INVALID_INPUT', path: ['comment'] });
  });

  test('a protected alias moves to what passed and was approved by enough people, and to nothing else', async () => {
    const name = await alias({ policyId, approvalsNeeded: 2 });
    const it = await result(person('Ned', 'ENGINEER'));
    expect(await move(name, it)).toMatchObject({ code: 'ALIAS_NEEDS_PASS', message: expect.stringContaining('none') });
    for (const verdict of ['FAIL', 'INCONCLUSIVE'] as const) {
      verdicts.set(it.id, verdict);
      expect(await move(name, it)).toMatchObject({
        code: 'ALIAS_NEEDS_PASS',
        message: expect.stringContaining(verdict),
      });
    }
    verdicts.set(it.id, 'PASS');
    granted(await decide(rita, it));
    expect(await move(name, it)).toMatchObject({ code: 'ALIAS_NEEDS_APPROVALS', path: ['moves', '0', 'checkpointId'] });
    const no = granted(await decide(olga, it, 'REJECTED'));
    granted(await decide(emil, it));
    expect(await move(name, it)).toMatchObject({
      code: 'ALIAS_REJECTED',
      message: expect.stringContaining('looked at it'),
    });
    granted(await actingAs(olga, () => domain.approvals.withdraw(no.id)));
    expect(granted(await move(name, it))).toMatchObject([{ name, checkpointId: it.id }]);
  });

  test('no alias moves to what was rejected, though it asks for no approvals, nor goes back to it', async () => {
    const name = await alias();
    const [it, other] = [await result(person('Ned', 'ENGINEER')), await checkpoint()];
    granted(await move(name, it));
    granted(await move(name, other));
    const no = granted(await decide(olga, it, 'REJECTED'));
    const refused = { code: 'ALIAS_REJECTED', message: expect.stringContaining('rejected: looked at it') };
    expect(await move(name, it)).toMatchObject({ ...refused, path: ['moves', '0', 'checkpointId'] });
    const { items } = await domain.aliases.history((await domain.aliases.byName(name))!.id, {});
    const moveId = items.find(({ node }) => node.toId === it.id)!.node.id;
    expect(await domain.aliases.rollback({ alias: name, moveId, reason: 'back' })).toMatchObject(refused);
    granted(await actingAs(olga, () => domain.approvals.withdraw(no.id)));
    granted(await move(name, it));
  });

  test('several move together or not at all', async () => {
    const [a, b] = [await alias(), await alias({ policyId, approvalsNeeded: 0 })];
    const it = await checkpoint();
    const together = (checkpointId: string) =>
      domain.aliases.move({
        moves: [b, a].map((name) => ({ alias: name, checkpointId })),
        reason: 'one release',
      });
    expect(await together(it.id)).toMatchObject({ code: 'ALIAS_NEEDS_PASS', path: ['moves', '0', 'checkpointId'] });
    expect(await domain.aliases.byName(a)).toMatchObject({ checkpointId: null });
    verdicts.set(it.id, 'PASS');
    expect(granted(await together(it.id)).map(({ name }) => name)).toEqual([b, a]);
  });

  test('of many movers that expect the same place one wins, and the others are told', async () => {
    const name = await alias();
    const first = await checkpoint();
    granted(await move(name, first, null));
    const rivals = await Promise.all([1, 2, 3, 4, 5].map((n) => checkpoint(`rival ${n}`)));
    const answers = await Promise.all(rivals.map((rival) => move(name, rival, first.id)));
    const winners = answers.filter((answer) => Array.isArray(answer));
    expect(winners).toHaveLength(1);
    const lost = answers.find((answer) => !Array.isArray(answer));
    expect(lost).toMatchObject({ code: 'ALIAS_MOVED_BEFORE', path: ['moves', '0', 'expected'] });
    const { items } = await domain.aliases.history((await domain.aliases.byName(name))!.id, {});
    expect(items).toHaveLength(2);
  });

  test('the history says who moved it from where to where and why; a rollback is a move of its own', async () => {
    const name = await alias();
    const [one, two] = [await checkpoint('one'), await checkpoint('two')];
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    granted(await actingAs(ada, () => move(name, one)));
    await pause();
    granted(await move(name, two));
    granted(await move(name, two));
    await pause();
    const { id } = (await domain.aliases.byName(name))!;
    const history = async () => (await domain.aliases.history(id, {})).items.map(({ node }) => node);
    const [second, first] = await history();
    expect([second, first]).toMatchObject([
      { fromId: one.id, toId: two.id, reason: 'it is better', actorId: 'system' },
      { fromId: null, toId: one.id, actorId: ada.id },
    ]);
    const back = await domain.aliases.rollback({ alias: name, moveId: first!.id, reason: 'it was worse' });
    expect(granted(back).checkpointId).toBe(one.id);
    expect((await history())[0]).toMatchObject({ toId: one.id, rollbackToId: first!.id, reason: 'it was worse' });

    granted(await domain.aliases.protect(name, { policyId, approvalsNeeded: 0 }));
    const forward = await domain.aliases.rollback({ alias: name, moveId: second!.id, reason: 'try again' });
    expect(forward).toMatchObject({ code: 'ALIAS_NEEDS_PASS', path: ['moveId'] });
  });

  test('what an alias points at, or is about to, is not deleted', async () => {
    const name = await alias();
    const [it, other] = [await checkpoint('held'), await checkpoint('other')];
    granted(await move(name, it));
    expect(await domain.checkpoints.delete(it.id)).toMatchObject({ code: 'CHECKPOINT_ALIASED', path: ['id'] });
    granted(await move(name, other));
    granted(await domain.checkpoints.delete(it.id));
    for (let time = 0; time < 3; time++) {
      const wanted = await checkpoint(`wanted ${time}`);
      const codes = (await Promise.all([move(name, wanted), domain.checkpoints.delete(wanted.id)])).map((answer) =>
        answer instanceof Refusal ? answer.code : 'done',
      );
      expect([
        ['done', 'CHECKPOINT_ALIASED'],
        ['CHECKPOINT_DELETED', 'done'],
      ]).toContainEqual(codes);
    }
  });

  test('an alias is deleted by a move to nothing; one of its name goes on with its history, and with no protection of old', async () => {
    const name = await alias({ policyId: null, approvalsNeeded: 1 });
    const it = await checkpoint();
    const drop = (reason = 'nobody uses it') => actingAs(ada, () => domain.aliases.delete({ alias: name, reason }));
    expect(await drop()).toMatchObject({ code: 'ALIAS_PROTECTED', path: ['alias'] });
    granted(await domain.aliases.protect(name, { policyId: null, approvalsNeeded: 0 }));
    const moved = granted(await move(name, it));
    expect(await drop(' ')).toMatchObject({ code: 'INVALID_INPUT', path: ['reason'] });
    const { id } = granted(await drop());
    expect(id).toBe(moved[0]!.id);
    expect(await domain.aliases.byName(name)).toBeNull();
    expect(await domain.aliases.byName(name, { deleted: true })).toMatchObject({ id, checkpointId: null });
    for (const answer of [
      await drop(),
      await move(name, it),
      await domain.aliases.protect(name, { policyId, approvalsNeeded: 0 }),
    ]) {
      expect(answer).toMatchObject({ code: 'ALIAS_NOT_FOUND' });
    }
    const listed = async (deleted: boolean) =>
      (await domain.aliases.list({ first: 100 }, { deleted })).items.some(({ node }) => node.id === id);
    expect([await listed(false), await listed(true)]).toEqual([false, true]);

    const again = await domain.aliases.create({ name, policyId, approvalsNeeded: 0 });
    expect(granted(again)).toMatchObject({
      id,
      checkpointId: null,
      deletedAt: null,
      policyId,
      approvalsNeeded: 0,
    });
    const history = (await domain.aliases.history(id, {})).items.map(({ node }) => node);
    expect(history).toMatchObject([
      { fromId: it.id, toId: null, reason: 'nobody uses it', actorId: ada.id },
      { fromId: null, toId: it.id },
    ]);
    const back = (moveId: string) => domain.aliases.rollback({ alias: name, moveId, reason: 'back' });
    expect(await back(history[0]!.id)).toMatchObject({ code: 'INVALID_INPUT', path: ['moveId'] });
    expect(await back(history[1]!.id)).toMatchObject({ code: 'ALIAS_NEEDS_PASS' });
    expect(await domain.aliases.create({ name, policyId: null, approvalsNeeded: 0 })).toMatchObject({
      code: 'ALIAS_EXISTS',
    });
    const audited = await domain.database.repository(AuditEntry).findBy({ subjectId: id, action: 'ALIAS_DELETED' });
    expect(audited).toHaveLength(1);
  });

  test('of a mover and a deleter at once, the second finds what the first left', async () => {
    const name = await alias();
    const it = await checkpoint();
    const [moved, deleted] = await Promise.all([move(name, it), domain.aliases.delete({ alias: name, reason: 'x' })]);
    const { id } = granted(deleted);
    const { items } = await domain.aliases.history(id, {});
    expect(items[0]!.node).toMatchObject({ toId: null, fromId: Array.isArray(moved) ? it.id : null });
    expect(await domain.aliases.byName(name)).toBeNull();
  });

  test('two projects may use one name, and see nothing of each other', async () => {
    const { id: projectId } = granted(await domain.projects.create({ name: 'another tenant' }));
    const neighbour: Actor = { ...ada, id: 'person:Nora', projectId };
    const name = await alias();
    const it = await checkpoint();
    granted(await move(name, it));
    await actingAs(neighbour, async () => {
      expect(await domain.aliases.byName(name)).toBeNull();
      expect(await move(name, it)).toMatchObject({ code: 'ALIAS_NOT_FOUND' });
      granted(await domain.aliases.create({ name, policyId: null, approvalsNeeded: 0 }));
      expect(await move(name, it)).toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
      const own = granted(await domain.checkpoints.import({ name: 'own', source: 'somewhere' }));
      granted(await move(name, own));
      granted(await domain.requests.receive({ subjectReference: 'x', legalBasis: 'ART_17_1_A' }));
    });
    await actingAs(ada, async () => {
      expect(await domain.aliases.byName(name)).toMatchObject({ checkpointId: it.id });
      expect((await domain.requests.list({}, { subjectReference: 'x' })).items).toEqual([]);
    });
  });

  test('bad input is refused by name', async () => {
    const name = await alias();
    const it = await checkpoint();
    const free = { policyId: null, approvalsNeeded: 0 };
    expect(await domain.aliases.create({ name, ...free })).toMatchObject({ code: 'ALIAS_EXISTS' });
    expect(await domain.aliases.create({ name: 'No Such', ...free })).toMatchObject({ path: ['name'] });
    expect(await domain.aliases.create({ name: 'x', ...free, approvalsNeeded: 1.5 })).toMatchObject({
      path: ['approvalsNeeded'],
    });
    const { id: nothing } = it;
    expect(await domain.aliases.create({ name: 'x', ...free, policyId: nothing })).toMatchObject({
      code: 'POLICY_NOT_FOUND',
      path: ['policyId'],
    });
    expect(await move('nowhere', it)).toMatchObject({ code: 'ALIAS_NOT_FOUND' });
    const twice = { alias: name, checkpointId: it.id };
    expect(await domain.aliases.move({ moves: [twice, twice], reason: 'x' })).toMatchObject({ path: ['moves'] });
    granted(await domain.checkpoints.delete(it.id));
    expect(await move(name, it)).toMatchObject({ code: 'CHECKPOINT_DELETED' });
  });
});
