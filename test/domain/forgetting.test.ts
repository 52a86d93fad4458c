import { type Actor, AuditEntry, actingAs, type Domain, type Role } from '../../src/domain';
import { canonical } from '../../src/signing';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene, sha256, success } from '../support/domain';

const person = (name: string, ...roles: Role[]): Actor => ({ kind: 'PERSON', id: `person:${name}`, name, roles });
const rita = person('Rita "R" Roe', 'REVIEWER', 'ENGINEER', 'PRIVACY_OFFICER');
const olga = person('Olga', 'PRIVACY_OFFICER');
const emil = person('Emil', 'ENGINEER', 'REVIEWER');

describeOnBoth('forgetting an actor', (fresh) => {
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

  /** Tables in which a row has this text anywhere. */
  const tablesWith = async (text: string): Promise<string[]> => {
    const tables = await domain.database.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await domain.database.query(`SELECT 1 FROM "${name}" t WHERE strpos(t::text, $1) > 0`, [text]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  };
  const forget = (actor: string, by = olga) => actingAs(by, () => domain.forgetting.forget(actor));
  const decide = (by: Actor, checkpointId: string) =>
    actingAs(by, () => domain.approvals.give({ checkpointId, decision: 'APPROVED', comment: 'looked at it' }));
  const resultOf = async (by: Actor): Promise<string> => {
    await actingAs(by, async () => granted(await domain.runs.start(scene.request)));
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error('expected a run');
    return (await domain.attempts.succeed(work.claim, await success(domain, place, work.run))).resultId!;
  };

  /** Leaves Rita's traces wherever somebody can leave any. */
  const work = async () => {
    const holder = rita.name;
    const token = granted(
      await domain.tokens.create({ name: "Rita's laptop", kind: 'PERSON', holder, roles: ['REVIEWER'] }),
    );
    const approval = granted(await decide(rita, await resultOf(emil)));
    const own = await actingAs(rita, async () => {
      const bot = granted(await domain.tokens.create({ name: 'nightly', kind: 'BOT', roles: ['ENGINEER'] }));
      const second = granted(await domain.checkpoints.import({ name: 'second', source: 'somewhere' }));
      const sources = [scene.checkpoint, second].map(({ id: checkpointId }) => ({ checkpointId, weight: 1 }));
      const merge = granted(await domain.merges.request({ name: 'soup', sources }));
      const alias = granted(await domain.aliases.create({ name: 'production', policyId: null, approvalsNeeded: 1 }));
      granted(
        await domain.aliases.move({
          moves: [{ alias: alias.name, checkpointId: approval.checkpointId }],
          reason: 'better',
        }),
      );
      const playbook = granted(
        await domain.playbooks.create({
          name: 'usual',
          alias: alias.name,
          method: 'clip-erase',
          retainSetId: scene.retain.id,
          automatic: [],
        }),
      );
      const request = granted(await domain.requests.receive({ subjectReference: 'C-1', legalBasis: 'ART_17_1_B' }));
      granted(await domain.requests.checkIdentity(request.id, true, 'eID'));
      granted(await domain.playbooks.give(request.id, playbook.id));
      granted(await domain.requests.hold(request.id, 'ART_17_3_E', 'a dispute'));
      return { bot, second, merge, request };
    });
    await domain.database.query('DELETE FROM job');
    return { token, approval, ...own };
  };

  test('its id and name are nowhere any more, its tokens are revoked, and nobody can be tried for', async () => {
    const { token, approval, request, second, bot } = await work();
    const given = await domain.database.repository(AuditEntry).findOneByOrFail({ subjectId: approval.id });
    const pseudonym = (await domain.pseudonyms.find(rita.id))!;
    const { checkpointId, decision, comment, role } = approval;
    const kept = { checkpointId, decision, comment, role, withdrawnAt: null, approver: pseudonym, vouchers: [] };
    expect(given.afterDigest).toBe(sha256(canonical(kept)));
    expect(await tablesWith('Rita')).toEqual([
      'alias_move',
      'api_token',
      'approval',
      'checkpoint',
      'checkpoint_merge',
      'erasure_request',
      'pseudonym',
      'request_event',
    ]);

    expect(granted(await forget(rita.id))).toEqual({ actorHash: pseudonym });
    expect(await tablesWith('Rita')).toEqual([]);
    const id = `forgotten:${pseudonym}`;
    expect(await domain.approvals.get(approval.id)).toMatchObject({
      approverId: id,
      approverName: `forgotten ${pseudonym.slice(0, 8)}`,
      personId: id,
    });
    const held = await domain.requests.get(request.id);
    expect(held).toMatchObject({ identity: { checkedBy: id }, hold: { placedBy: id }, playbookBy: { id } });
    expect(await domain.checkpoints.get(second.id)).toMatchObject({ importedBy: id });
    for (const table of ['alias_move', 'request_event']) {
      for (const sql of [
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
        `UPDATE ${table} SET actor_id = 'person:Olga'`,
        `UPDATE ${table} SET actor_id = 'forgotten:x', ${table === 'alias_move' ? 'reason' : 'type'} = 'OTHER'`,
      ]) {
        await expect(domain.database.query(sql)).rejects.toThrow('never changed and never removed');
      }
    }
    await expect(domain.tokens.holder(token.secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await domain.tokens.holder(bot.secret))?.actor.vouchers).toEqual([id]);
    // What is digested or issued from here on has the hash that the log had.
    expect(await domain.pseudonyms.of(id)).toBe(pseudonym);
    expect(await forget(rita.id)).toMatchObject({ code: 'ACTOR_UNKNOWN' });
  });

  test('whose work it is not can still be told: two that a forgotten one stands behind are not four eyes', async () => {
    const maker = person('Mara', 'ADMIN');
    const tokenOf = async (kind: 'PERSON' | 'BOT', name: string, ...roles: Role[]) => {
      const input = { name, kind, roles, ...(kind === 'PERSON' ? { holder: name } : {}) };
      const { secret } = granted(await actingAs(maker, () => domain.tokens.create(input)));
      return async () => (await domain.tokens.holder(secret))!.actor;
    };
    const bot = await tokenOf('BOT', 'trainer', 'ENGINEER');
    const vera = await tokenOf('PERSON', 'Vera', 'REVIEWER');
    const before = await resultOf(await bot());
    granted(await forget(maker.id));
    for (const result of [before, await resultOf(await bot())]) {
      expect(await decide(await vera(), result)).toMatchObject({ code: 'APPROVER_NOT_INDEPENDENT' });
    }
  });

  test('what a forgotten bot did is still the work of whoever made it', async () => {
    const made = await actingAs(emil, () => domain.tokens.create({ name: 'robot', kind: 'BOT', roles: ['ENGINEER'] }));
    const { token, secret } = granted(made);
    const result = await resultOf((await domain.tokens.holder(secret))!.actor);
    granted(await forget(token.actorId));
    expect(await tablesWith(token.actorId)).toEqual([]);
    expect(await decide(emil, result)).toMatchObject({ code: 'APPROVAL_OF_OWN_RUN' });
  });

  test('nobody forgets themselves or who vouches for them, nor Lethe or the keeper of the installation', async () => {
    expect(await forget(olga.id)).toMatchObject({ code: 'ACTOR_OWN' });
    expect(await forget(olga.id, { ...emil, vouchers: [olga.id] })).toMatchObject({ code: 'ACTOR_OWN' });
    for (const actor of ['system', 'bootstrap', 'person:nobody', '']) {
      expect(await forget(actor)).toMatchObject({ code: 'ACTOR_UNKNOWN' });
    }
  });
});
