import { type Actor, AuditEntry, actingAs, type Domain, type ErasureRequest } from '../../src/domain';
import { addMonths } from '../../src/domain/erasure-request/deadline';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene } from '../support/domain';

const officer: Actor = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['PRIVACY_OFFICER'] };

describeOnBoth('erasure requests', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let now = new Date('2027-01-31T10:00:00Z');
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place, { clock: () => now });
    scene = await setTheScene(domain);
  });
  beforeEach(() => {
    now = new Date('2027-01-31T10:00:00Z');
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const receive = async (more = {}) =>
    granted(await domain.requests.receive({ subjectReference: 'customer 4711', legalBasis: 'ART_17_1_B', ...more }));
  const checked = async (more = {}) =>
    granted(await domain.requests.checkIdentity((await receive(more)).id, true, 'eID'));
  const story = async ({ id }: ErasureRequest) =>
    (await domain.requestChanges.events(id, 0, 100)).map(({ type }) => type);

  test('deadlines are right for every day of four years, as PostgreSQL reckons calendar months', async () => {
    const days = await domain.database.query<{ day: Date; one: Date; three: Date }>(
      `SELECT day AT TIME ZONE 'UTC' AS day, (day + interval '1 month') AT TIME ZONE 'UTC' AS one,
         (day + interval '3 months') AT TIME ZONE 'UTC' AS three
       FROM generate_series(timestamp '2026-01-01 23:30', timestamp '2029-12-31 23:30', interval '1 day') AS day`,
    );
    expect(days).toHaveLength(1461);
    for (const { day, one, three } of days) {
      expect([day, addMonths(day, 1), addMonths(day, 3)]).toEqual([day, one, three]);
    }
  });

  test('a request is due a calendar month after receipt, and two months later with a notice given in time', async () => {
    const request = await receive();
    expect(request).toMatchObject({ status: 'RECEIVED', dueAt: new Date('2027-02-28T10:00:00Z') });
    now = new Date('2027-02-27T10:00:00Z');
    const early = await domain.requests.extend(request.id, 'many', new Date('2027-01-30T00:00:00Z'));
    expect(early).toMatchObject({ code: 'INVALID_INPUT', path: ['noticedAt'] });
    const extended = granted(await domain.requests.extend(request.id, 'two models of ours carry it'));
    expect(extended).toMatchObject({
      dueAt: new Date('2027-04-30T10:00:00Z'),
      extension: { reason: 'two models of ours carry it', noticedAt: '2027-02-27T10:00:00.000Z' },
    });
    expect(await domain.requests.extend(request.id, 'again')).toMatchObject({ code: 'DEADLINE_EXTENDED_BEFORE' });

    const late = await receive({ receivedAt: new Date('2027-01-01T00:00:00Z') });
    expect(await domain.requests.extend(late.id, 'too late')).toMatchObject({
      code: 'NOTICE_TOO_LATE',
      message: expect.stringContaining('2027-02-01'),
    });
    // Given in time and only recorded late.
    expect(
      granted(await domain.requests.extend(late.id, 'x', new Date('2027-01-20T00:00:00Z'))).extension,
    ).toBeTruthy();
  });

  test('nothing proceeds before the identity check, and a failed check may be followed by a good one', async () => {
    const request = await receive();
    expect(await domain.requests.move(request.id, 'IN_PROGRESS')).toMatchObject({ code: 'REQUEST_STATUS' });
    const failed = granted(await domain.requests.checkIdentity(request.id, false, 'a letter without signature'));
    expect(failed).toMatchObject({ status: 'RECEIVED', identity: { verified: false } });
    const good = await actingAs(officer, () => domain.requests.checkIdentity(request.id, true, 'eID'));
    expect(good).toMatchObject({ status: 'IDENTITY_CHECKED', identity: { verified: true, checkedBy: officer.id } });
    expect(await domain.requests.checkIdentity(request.id, true, 'eID')).toMatchObject({ code: 'REQUEST_STATUS' });
    expect(granted(await domain.requests.move(request.id, 'IN_PROGRESS')).status).toBe('IN_PROGRESS');
    expect(await story(request)).toEqual(['RECEIVED', 'IDENTITY_NOT_VERIFIED', 'IDENTITY_VERIFIED', 'MOVED']);
  });

  test('a hold stops it where it is, for a reason, until it is lifted', async () => {
    const { id } = await checked();
    granted(await domain.requests.move(id, 'IN_PROGRESS'));
    const held = granted(await domain.requests.hold(id, 'ART_17_3_E', 'a lawsuit is pending'));
    expect(held).toMatchObject({ status: 'ON_HOLD', hold: { ground: 'ART_17_3_E', from: 'IN_PROGRESS' } });
    expect(await domain.requests.move(id, 'AWAITING_APPROVAL')).toMatchObject({
      code: 'REQUEST_ON_HOLD',
      message: expect.stringContaining('a lawsuit is pending'),
    });
    expect(await domain.requests.move(id, 'COMPLETED')).toMatchObject({ code: 'REQUEST_STATUS' });
    expect(await domain.requests.hold(id, 'ART_17_3_A', 'another')).toMatchObject({ code: 'REQUEST_STATUS' });
    const lifted = granted(await domain.requests.liftHold(id, 'the lawsuit was settled'));
    expect(lifted).toMatchObject({ status: 'IN_PROGRESS', hold: null });
    expect(await domain.requests.liftHold(id, 'again')).toMatchObject({ code: 'REQUEST_NOT_HELD' });
  });

  test('a hold before the identity check does not get round it', async () => {
    const { id } = await receive();
    granted(await domain.requests.hold(id, 'ART_17_3_B', 'tax law'));
    expect(await domain.requests.checkIdentity(id, true, 'eID')).toMatchObject({ code: 'REQUEST_STATUS' });
    expect(granted(await domain.requests.liftHold(id, 'it does not apply')).status).toBe('RECEIVED');
  });

  test('a refusal says why, and a closed request stays as it is', async () => {
    const { id } = await receive();
    expect(await domain.requests.move(id, 'REFUSED')).toMatchObject({ code: 'INVALID_INPUT', path: ['reason'] });
    const refused = granted(await domain.requests.move(id, 'REFUSED', 'manifestly unfounded'));
    expect(refused).toMatchObject({ status: 'REFUSED', closedAt: now });
    expect(await domain.requests.hold(id, 'ART_17_3_A', 'x')).toMatchObject({ code: 'REQUEST_CLOSED' });
  });

  test('recipients are told one by one, also after the end', async () => {
    const request = await receive({ recipients: ['printer'] });
    granted(await domain.requests.addRecipient(request.id, 'mailing house'));
    granted(await domain.requests.move(request.id, 'WITHDRAWN'));
    const [printer, other] = await domain.requests.recipientsOf([request.id]);
    granted(await domain.requests.informRecipient(request.id, printer!.id));
    now = new Date('2027-02-02T00:00:00Z');
    granted(await domain.requests.informRecipient(request.id, printer!.id));
    expect(await domain.requests.recipientsOf([request.id])).toMatchObject([
      { name: 'printer', informedAt: new Date('2027-01-31T10:00:00Z') },
      { name: 'mailing house', informedAt: null },
    ]);
    const elsewhere = await domain.requests.informRecipient((await receive()).id, other!.id);
    expect(elsewhere).toMatchObject({ code: 'RECIPIENT_NOT_FOUND' });
  });

  test('the subject is found by the plain reference, is stored nowhere, and is gone with the salt', async () => {
    const subjectReference = 'jürgen@example.org';
    const mine = await receive({ subjectReference: ` ${subjectReference.normalize('NFD')} ` });
    const twin = await receive({ subjectReference });
    expect(mine.subjectHash).not.toBe(twin.subjectHash);
    const found = async () =>
      (await domain.requests.list({}, { subjectReference })).items.map(({ node }) => node.id).sort();
    expect(await found()).toEqual([mine.id, twin.id].sort());
    // The database would not take this, and would say in its error what it was given: it is not asked.
    expect((await domain.requests.list({}, { subjectReference: 'jürgen\u0000' })).items).toEqual([]);
    for (const table of ['erasure_request', 'request_event', 'audit_entry', 'idempotency_key', 'subject_salt']) {
      const rows = await domain.database.query(`SELECT * FROM ${table}`);
      expect(JSON.stringify(rows)).not.toContain('example.org');
    }
    expect(await domain.requests.unlinkSubject(mine.id)).toMatchObject({ code: 'REQUEST_OPEN' });
    granted(await domain.requests.move(mine.id, 'WITHDRAWN'));
    granted(await domain.requests.unlinkSubject(mine.id));
    granted(await domain.requests.unlinkSubject(mine.id));
    expect(await found()).toEqual([twin.id]);
    expect(await story(mine)).toEqual(['RECEIVED', 'MOVED', 'SUBJECT_UNLINKED']);
  });

  test('a repeated request is one, but a key does not make two subjects one', async () => {
    const first = await receive({ idempotencyKey: 'letter 1' });
    expect((await receive({ idempotencyKey: 'letter 1' })).id).toBe(first.id);
    const other = await domain.requests.receive({
      subjectReference: 'somebody else',
      legalBasis: 'ART_17_1_B',
      idempotencyKey: 'letter 1',
    });
    expect(other).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  test('bad input is refused by name', async () => {
    const basis = { subjectReference: 'x', legalBasis: 'ART_17_1_A' } as const;
    const bad = {
      subjectReference: ' ',
      receivedAt: new Date('2027-02-01T00:00:00Z'),
      recipients: [''],
      forgetSetId: scene.retain.id,
    };
    for (const [field, value] of Object.entries(bad)) {
      expect(await domain.requests.receive({ ...basis, [field]: value })).toMatchObject({ path: [field] });
    }
    const early = { ...basis, receivedAt: new Date('2018-05-23T00:00:00Z') };
    expect(await domain.requests.receive(early)).toMatchObject({ path: ['receivedAt'] });
    expect(await domain.requests.move('nonsense', 'IN_PROGRESS')).toMatchObject({ code: 'REQUEST_NOT_FOUND' });
  });

  test('every change is in the audit log, in the name of who made it', async () => {
    const request = await actingAs(officer, () => checked({ forgetSetId: scene.forget.id }));
    const where = { subjectId: request.id };
    const entries = await domain.database.repository(AuditEntry).find({ where, order: { id: 'ASC' } });
    expect(entries).toMatchObject([
      { action: 'ERASURE_REQUEST_RECEIVED', actor: await domain.pseudonyms.find(officer.id), beforeDigest: null },
      { action: 'ERASURE_REQUEST_IDENTITY_VERIFIED', beforeDigest: entries[0]!.afterDigest },
    ]);
  });

  test('of two that close it at once, one does', async () => {
    const { id } = await checked();
    const answers = await Promise.all([
      domain.requests.move(id, 'REFUSED', 'unfounded'),
      domain.requests.move(id, 'WITHDRAWN'),
    ]);
    expect(answers.filter((answer) => 'code' in answer)).toMatchObject([{ code: 'REQUEST_CLOSED' }]);
  });
});
