import { type Actor, AuditEntry, actingAs, type Domain } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { openDomain, sha256 } from '../support/domain';
import { emptyLog } from '../support/empty-log';

const officer: Actor = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['PRIVACY_OFFICER'] };
const subject = { type: 'RUN', id: '5ab4dd63-1a9d-4a2e-a37f-2f2a80e07ed1' };

describeOnBoth('the audit log', (fresh) => {
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
  const entries = () => domain.database.repository(AuditEntry).find({ order: { id: 'ASC' } });

  test('keeps who did what, and digests in place of what was there', async () => {
    await actingAs(officer, () =>
      domain.audit.record({ action: 'RUN_STARTED', subject, after: { status: 'QUEUED', id: 1 } }),
    );
    await domain.audit.record({ action: 'RUN_ENDED', subject, before: { status: 'RUNNING' }, after: { status: 'F' } });
    expect(await entries()).toMatchObject([
      {
        actor: await domain.pseudonyms.find('person:olga'),
        action: 'RUN_STARTED',
        beforeDigest: null,
        afterDigest: sha256('{"id":1,"status":"QUEUED"}'),
      },
      {
        actor: await domain.pseudonyms.find('system'),
        action: 'RUN_ENDED',
        beforeDigest: sha256('{"status":"RUNNING"}'),
      },
    ]);
  });

  test('says nothing about a change that was taken back', async () => {
    const failing = domain.database.transaction(async () => {
      await domain.audit.record({ action: 'RUN_STARTED', subject, after: {} });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await entries()).toEqual([]);
  });

  test('the actor stays with what is awaited, and two at once do not mix', async () => {
    const other: Actor = { ...officer, id: 'bot:nightly', kind: 'BOT' };
    await Promise.all(
      [officer, other].map((actor) =>
        actingAs(actor, async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          await domain.database.transaction(() => domain.audit.record({ action: actor.name, subject }));
        }),
      ),
    );
    const digests = (await entries()).map(({ actor }) => actor);
    const actors = await domain.pseudonyms.references(digests);
    expect(digests.map((digest) => actors.get(digest)).sort()).toEqual(['bot:nightly', 'person:olga']);
  });
});
