import { type Actor, AuditEntry, actingAs, type Domain } from '../../src/domain';
import { inspectLog } from '../../src/inspect-log';
import { loadSigningKeys } from '../../src/signing';
import {
  isConsistent,
  leafHash,
  openCheckpoint,
  parseEntryBundle,
  parseVerifierKey,
  rootFromInclusion,
} from '../../src/tlog';
import { readKeys } from '../../src/verify';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';
import { emptyLog } from '../support/empty-log';

const olga: Actor = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['PRIVACY_OFFICER'] };
const subject = { type: 'RUN', id: '5ab4dd63-1a9d-4a2e-a37f-2f2a80e07ed1' };

describeOnBoth('the transparency log', (fresh, kind) => {
  let place: Place;
  let domain: Domain;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
  });
  beforeEach(() => emptyLog(domain.database));
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });
  const record = (action: string) => domain.audit.record({ action, subject, after: { action } });
  const recordMany = async (count: number) => {
    for (let i = 0; i < count; i++) await record(`STEP_${i}`);
  };
  const entryOf = (action: string) => domain.database.repository(AuditEntry).findOneByOrFail({ action });

  test('an empty log has a checkpoint, and a growing one has proofs for every entry and every earlier size', async () => {
    const checkpoints = [await domain.log.integrate()];
    expect(checkpoints[0]).toMatchObject({ size: 0 });
    for (const more of [1, 6, 300]) {
      await domain.database.transaction(() => recordMany(more));
      checkpoints.push(await domain.log.integrate());
    }
    const now = checkpoints.at(-1)!;
    expect(now.size).toBe(307);
    const key = parseVerifierKey(await domain.log.verifierKey())!;
    expect(openCheckpoint(now.note, key)).toMatchObject({ size: 307, root: now.root });
    for (const old of checkpoints) {
      expect(isConsistent(old, now, await domain.log.proveConsistency(old.size, now.size))).toBe(true);
    }
    const leaves = parseEntryBundle((await domain.log.resource({ level: 'entries', index: 1, width: 51 }))!)!;
    expect(leaves).toHaveLength(51);
    expect(await domain.log.resource({ level: 'entries', index: 1, width: 52 })).toBeNull();
    expect(await domain.log.resource({ level: 1, index: 0, width: 1 })).toHaveLength(32);
    const entry = await domain.database.repository(AuditEntry).findOneByOrFail({ position: 256 + 7 });
    const proof = (await domain.log.prove(entry))!;
    expect(rootFromInclusion(263, 307, leafHash(leaves[7]!), proof.hashes)).toEqual(now.root);
    expect(await domain.log.integrate()).toEqual(now);
    expect(await domain.log.altered()).toEqual([]);
  });

  test('what is not committed has no place, and what is committed late comes late', async () => {
    if (kind === 'embedded') {
      // One session: nobody can commit while a transaction is open. The order of ids is shown all the same.
      await domain.database
        .transaction(() => record('TAKEN_BACK').then(() => Promise.reject(new Error('no'))))
        .catch(() => {});
      await record('FIRST');
      await domain.log.integrate();
      expect((await entryOf('FIRST')).position).toBe(0);
      return;
    }
    let commit!: () => void;
    const decided = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let recorded!: () => void;
    const isRecorded = new Promise<void>((resolve) => {
      recorded = resolve;
    });
    await record('BEFORE'); // so that the actor's hash is there, and two transactions need not wait for it
    const late = domain.database.transaction(async () => {
      await record('LOW_ID_LATE');
      recorded();
      await decided;
    });
    await isRecorded;
    await record('HIGH_ID_EARLY');
    const first = await domain.log.integrate();
    expect(first.size).toBe(2);
    commit();
    await late;
    const second = await domain.log.integrate();
    const [low, high] = [await entryOf('LOW_ID_LATE'), await entryOf('HIGH_ID_EARLY')];
    expect(low.id).toBeLessThan(high.id);
    expect([high.position, low.position]).toEqual([1, 2]);
    expect(isConsistent(first, second, await domain.log.proveConsistency(first.size, second.size))).toBe(true);
  });

  test('servers that integrate at once make one log', async () => {
    await domain.database.transaction(() => recordMany(40));
    const results = await Promise.all([1, 2, 3, 4].map(() => domain.log.integrate()));
    expect(new Set(results.map(({ note }) => note)).size).toBe(1);
    expect(
      await domain.database.query('SELECT count(DISTINCT position) AS n, max(position) AS top FROM audit_entry'),
    ).toEqual([{ n: 40, top: 39 }]);
  });

  test('the database refuses to change or remove an entry, and a change made behind its back is found', async () => {
    await recordMany(3);
    await domain.log.integrate();
    for (const sql of [
      "UPDATE audit_entry SET action = 'OTHER' WHERE position = 1",
      'UPDATE audit_entry SET position = 7 WHERE position = 1',
      'DELETE FROM audit_entry WHERE position = 1',
      'TRUNCATE audit_entry',
      'TRUNCATE log_tile',
      'DELETE FROM log_tile',
      "UPDATE log_tile SET hashes = '\\x00'",
      'TRUNCATE signed_checkpoint',
      'DELETE FROM signed_checkpoint',
      "UPDATE signed_checkpoint SET note = ''",
    ]) {
      await expect(domain.database.query(sql)).rejects.toThrow('never changed and never removed');
    }
    expect(await inspectLog(domain)).toEqual([]);
    await domain.database.query('ALTER TABLE log_tile DISABLE TRIGGER log_tile_grows');
    const flip = () =>
      domain.database.query('UPDATE log_tile SET hashes = set_byte(hashes, 33, 255 - get_byte(hashes, 33))');
    await flip();
    expect(await inspectLog(domain)).toEqual(['the entry at 1 was altered or removed']);
    await flip();
    expect(await inspectLog(domain)).toEqual([]);
    await domain.database.query('ALTER TABLE log_tile ENABLE TRIGGER log_tile_grows');
    await domain.database.query('ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays');
    await domain.database.query("UPDATE audit_entry SET at = at + interval '1 millisecond' WHERE position = 1");
    expect(await domain.log.altered()).toEqual([1]);
    await domain.database.query('DELETE FROM audit_entry WHERE position = 2');
    expect(await domain.log.altered()).toEqual([1, 2]);
    await domain.database.query('ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays');
  });

  test('forgetting an actor leaves the tree as it was and nobody to find', async () => {
    await actingAs(olga, () => record('APPROVED'));
    const before = await domain.log.integrate();
    const page = () => domain.audit.list({}, { actor: olga.id }).then(({ items }) => items.length);
    expect(await page()).toBe(1);
    const { actor } = await entryOf('APPROVED');
    expect(await domain.pseudonyms.references([actor])).toEqual(new Map([[actor, 'person:olga']]));
    expect(granted(await domain.forgetting.forget('person:olga'))).toEqual({ actorHash: actor });
    expect(await domain.forgetting.forget('person:olga')).toMatchObject({ code: 'ACTOR_UNKNOWN' });
    expect(await domain.pseudonyms.references([actor])).toEqual(new Map());
    expect(await page()).toBe(0);
    const after = await domain.log.integrate();
    expect(isConsistent(before, after, await domain.log.proveConsistency(before.size, after.size))).toBe(true);
    expect(await domain.log.altered()).toEqual([]);
    await actingAs(olga, () => record('APPROVED_AGAIN'));
    expect((await entryOf('APPROVED_AGAIN')).actor).not.toBe(actor);
  });

  describe('the keys', () => {
    const withKeys = async (folder: string) => {
      await domain.close();
      domain = await openDomain(place, { loadKeys: () => loadSigningKeys(`${place.folder}/${folder}`) });
    };
    afterEach(() => withKeys('keys'));

    test('a server with another key than the log was begun with does not go on with it', async () => {
      await record('FIRST');
      await domain.log.integrate();
      await withKeys('other-keys');
      await expect(domain.log.integrate()).rejects.toMatchObject({ code: 'LOG_KEY_MISMATCH' });
    });

    test('the first server makes its keys known; one with others signs nothing until its keys are put in their place', async () => {
      await domain.keyring.admit();
      await domain.keyring.admit();
      const [first, ...more] = [await domain.keyring.log(), ...(await domain.keyring.published())];
      expect(more.map(({ purpose, usedUntil }) => [purpose, usedUntil])).toEqual([
        ['LOG', null],
        ['DOCUMENTS', null],
      ]);
      const old = await domain.log.integrate();
      const entry = await domain.database.repository(AuditEntry).findOneByOrFail({ position: 0 });
      expect(entry.action).toBe('KEY_PUBLISHED');
      const before = readKeys([{ name: 'keys', text: JSON.stringify({ keys: more }) }]);

      await withKeys('new-keys');
      const refused = { code: 'KEY_NOT_IN_USE', message: expect.stringContaining('lethe keys replace') };
      await expect(domain.keyring.admit()).rejects.toMatchObject(refused);
      await expect(domain.log.integrate()).rejects.toMatchObject(refused);
      await expect(domain.keyring.documents()).rejects.toMatchObject(refused);
      expect(await domain.log.latest()).toEqual(old);

      expect(await domain.keyring.replace()).toHaveLength(2);
      expect(await domain.keyring.replace()).toEqual([]);
      await domain.keyring.admit();
      const now = await domain.log.integrate();
      // The log goes on under its name, and what was signed before is still good.
      expect(now).toMatchObject({ origin: first.name, size: 6 });
      expect(openCheckpoint(now.note, first)).toBeNull();
      expect(await domain.log.at(old.size)).toEqual(old);
      expect(isConsistent(old, now, await domain.log.proveConsistency(old.size, now.size))).toBe(true);
      const published = await domain.keyring.published();
      expect(published.map(({ purpose, usedUntil }) => [purpose, usedUntil !== null])).toEqual([
        ['LOG', false],
        ['DOCUMENTS', false],
        ['LOG', true],
        ['DOCUMENTS', true],
      ]);
      const keys = readKeys([{ name: 'keys', text: JSON.stringify({ keys: published }) }]);
      const both = keys.logs.get(first.name)!;
      expect(both.map((key) => [old.note, now.note].map((note) => openCheckpoint(note, key) !== null))).toEqual([
        [false, true],
        [true, false],
      ]);
      expect([...keys.documents.keys()]).toEqual(expect.arrayContaining([...before.documents.keys()]));
      expect(await inspectLog(domain)).toEqual([]);
      await expect(domain.database.query('UPDATE published_key SET used_until = NULL')).rejects.toThrow(
        'never changed',
      );

      await withKeys('keys');
      await expect(domain.keyring.admit()).rejects.toMatchObject({ code: 'KEY_NOT_IN_USE' });
    });
  });
});
