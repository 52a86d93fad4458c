import {
  type Actor,
  type ApiToken,
  AuditEntry,
  actingAs,
  type CreateToken,
  type Domain,
  Refusal,
} from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';

const admin: Actor = { kind: 'PERSON', id: 'person:ada', name: 'Ada', roles: ['ADMIN'] };
const input: CreateToken = { name: 'trainer', kind: 'BOT', roles: ['ENGINEER', 'ENGINEER'] };

describeOnBoth('API tokens', (fresh) => {
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
  const create = (changes: Partial<CreateToken> = {}, actor = admin) =>
    actingAs(actor, async () => granted(await domain.tokens.create({ ...input, ...changes })));
  const unknown = (secret: string) =>
    expect(domain.tokens.holder(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

  test('the secret says who holds it, and is kept nowhere', async () => {
    const { token, secret } = await create();
    expect(await domain.tokens.holder(secret)).toEqual({
      actor: {
        kind: 'BOT',
        id: `bot:${token.id}`,
        name: 'trainer',
        roles: ['ENGINEER'],
        projectId: token.projectId,
        vouchers: ['person:ada'],
      },
      expiresAt: token.expiresAt,
    });
    expect(JSON.stringify(await domain.database.query('SELECT * FROM api_token'))).not.toContain(secret.slice(-43));
    expect(token.createdBy).toBe('person:ada');
    expect((token.expiresAt.getTime() - Date.now()) / 86_400_000).toBeCloseTo(90, 2);
    expect((await domain.tokens.get(token.id))?.lastUsedAt).not.toBeNull();
    await unknown(`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`);
    await unknown(`lethe_${'0'.repeat(32)}${secret.slice(-43)}`);
    expect(await domain.tokens.holder('something else')).toBeNull();
  });

  test('a person is one actor over all tokens, a bot is its own', async () => {
    const person: Partial<CreateToken> = { kind: 'PERSON', holder: 'olga@example.org' };
    const ids = [
      await create({ ...person, roles: ['REVIEWER'] }),
      await create({ ...person, roles: ['ENGINEER'] }),
    ].map(({ token }) => token.actorId);
    const { secret } = await create(person);
    expect((await domain.tokens.holder(secret))?.actor.name).toBe('olga@example.org');
    expect(ids).toEqual(['person:olga@example.org', 'person:olga@example.org']);
    expect((await create()).token.actorId).not.toBe((await create()).token.actorId);
  });

  test.each([' Zoë\n', 'Zoe\u0308', '\u00a0Zo\u00eb'])('the holder %j is Zoë', async (holder) => {
    const { token, secret } = await create({ kind: 'PERSON', holder });
    expect(token.actorId).toBe('person:Zo\u00eb');
    expect((await domain.tokens.holder(secret))?.actor).toMatchObject({ id: 'person:Zo\u00eb', name: 'Zo\u00eb' });
  });

  test('revoked, expired and changed tokens say so', async () => {
    const revoked = await create();
    const before = granted(await domain.tokens.revoke(revoked.token.id));
    await expect(domain.tokens.holder(revoked.secret)).rejects.toThrow('Token trainer was revoked');
    expect(granted(await domain.tokens.revoke(revoked.token.id)).revokedAt).toEqual(before.revokedAt);

    const expired = await create();
    await domain.database.query(`UPDATE api_token SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      expired.token.id,
    ]);
    await expect(domain.tokens.holder(expired.secret)).rejects.toThrow('Token trainer expired at');

    const changed = await create();
    await domain.tokens.changeRoles(changed.token.id, ['VIEWER']);
    expect((await domain.tokens.holder(changed.secret))?.actor.roles).toEqual(['VIEWER']);
    expect(await domain.tokens.changeRoles(changed.token.id, [])).toMatchObject({ code: 'INVALID_INPUT' });
    const entries = await domain.database
      .repository(AuditEntry)
      .find({ where: { subjectId: changed.token.id }, order: { id: 'ASC' } });
    expect(entries).toMatchObject([
      { action: 'TOKEN_CREATED', beforeDigest: null },
      { action: 'TOKEN_ROLES_CHANGED', beforeDigest: entries[0]!.afterDigest },
    ]);
  });

  test.each<[string, Partial<CreateToken>]>([
    ['name', { name: ' ' }],
    ['roles', { roles: [] }],
    ['holder', { kind: 'PERSON' }],
    ['holder', { holder: 'somebody' }],
    ['expiresAt', { expiresAt: new Date(Date.now() - 1) }],
    ['expiresAt', { expiresAt: new Date(Date.now() + 400 * 86_400_000) }],
    ['expiresAt', { expiresAt: new Date(Number.NaN) }],
  ])('a bad %s is refused', async (path, changes) => {
    const answer = await domain.tokens.create({ ...input, ...changes });
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', path: [path] });
  });

  test('only those who run the installation make tokens for another project', async () => {
    const { id: projectId } = granted(await domain.projects.create({ name: 'elsewhere' }));
    const { token } = await create({ projectId, roles: ['ADMIN'] });
    expect(token.projectId).toBe(projectId);
    const outsider: Actor = { ...admin, projectId };
    const refused = await actingAs(outsider, () =>
      domain.tokens.create({ ...input, projectId: admin.projectId ?? '00000000-0000-4000-8000-000000000001' }),
    );
    expect((refused as Refusal).code).toBe('PROJECT_NOT_FOUND');
    const seen = (actor: Actor) =>
      actingAs(actor, async () =>
        (await domain.tokens.list({ first: 100 })).items.map(({ node }: { node: ApiToken }) => node.id),
      );
    expect(await seen(outsider)).toEqual([token.id]);
    expect(await seen(admin)).not.toContain(token.id);
    const ofAnother = { id: (await create()).token.id };
    for (const [it, who] of [
      [ofAnother, outsider],
      [token, { ...admin, roles: ['ENGINEER'] as const }],
    ] as const) {
      expect(await actingAs(who, () => domain.tokens.revoke(it.id))).toMatchObject({ code: 'TOKEN_NOT_FOUND' });
    }
    granted(await actingAs(admin, () => domain.tokens.changeRoles(token.id, ['VIEWER'])));
    const { revokedAt } = granted(await actingAs(admin, () => domain.tokens.revoke(token.id)));
    expect(revokedAt).not.toBeNull();
    const story = await actingAs(outsider, () => domain.audit.list({}, { subjectId: token.id }));
    expect(story.items.map(({ node }) => node.action)).toEqual([
      'TOKEN_REVOKED',
      'TOKEN_ROLES_CHANGED',
      'TOKEN_CREATED',
    ]);
  });
});
