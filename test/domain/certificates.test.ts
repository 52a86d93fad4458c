import { text } from 'node:stream/consumers';
import { certificateFacts } from '../../scripts/prove/example-facts';
import { certificateStatement, digestOfClaims } from '../../src/certificate';
import { type Certificate, type Domain, Refusal } from '../../src/domain';
import { isSealedBy, parseBundle, statementIn } from '../../src/signing';
import { parseProofFile } from '../../src/tlog';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';

describeOnBoth('certificates', (fresh) => {
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
  const issued = async (changes = {}): Promise<Certificate> => {
    const { id } = await domain.certificates.issue(certificateFacts(changes));
    await domain.certificates.sealPending();
    return domain.certificates.getOrFail(id);
  };
  const fileOf = async (digest: string | null) => text(await domain.artifacts.open(digest!));

  test('one is recorded with the change that makes it, and signed once the log has it', async () => {
    const certificate = await domain.database.transaction(async () => {
      const made = await domain.certificates.issue(certificateFacts());
      expect(made).toMatchObject({ status: 'PENDING', bundleDigest: null });
      return made;
    });
    expect(await domain.certificates.sealPending()).toMatchObject([{ id: certificate.id, status: 'VALID' }]);
    expect(await domain.certificates.sealPending()).toEqual([]);
    const sealed = await domain.certificates.getOrFail(certificate.id);
    const bundle = parseBundle(await fileOf(sealed.bundleDigest))!;
    expect(isSealedBy(bundle.envelope, (await domain.keyring.documents()).publicKey)).toBe(true);
    const entry = (await domain.audit.latestOf(sealed.id, 'CERTIFICATE_ISSUED'))!;
    const { log } = statementIn(bundle)!.predicate as { log: { index: number; verifierKey: string; proof: string } };
    expect(statementIn(bundle)).toEqual(certificateStatement(sealed.claims, log));
    expect([log.index, sealed.logIndex]).toEqual([entry.position, entry.position]);
    expect(entry.afterDigest).toBe(digestOfClaims(sealed.claims));
    expect(parseProofFile(log.proof)).toMatchObject({ index: entry.position });
    const page = await fileOf(sealed.pageDigest);
    expect(page).toContain('demo without &quot;cat&quot; &lt;b&gt;&amp;');
    expect(page).not.toMatch(/<script|<b>|javascript:|src=|href=/);
  });

  test('one that was taken back with its transaction was never there', async () => {
    const gone = domain.database.transaction(async () => {
      await domain.certificates.issue(certificateFacts());
      throw new Error('changed my mind');
    });
    await expect(gone).rejects.toThrow('changed my mind');
    expect(await domain.certificates.sealPending()).toEqual([]);
  });

  test('moves only where the table of transitions leads', async () => {
    const { id } = await issued();
    expect(await domain.certificates.markStale(id, 'a descendant was merged with a carrier')).toBe(true);
    expect(await domain.certificates.get(id)).toMatchObject({
      status: 'STALE',
      reason: expect.stringContaining('merged'),
    });
    expect(await domain.certificates.markStale(id, 'again')).toBe(false);
    expect(granted(await domain.certificates.revoke(id, 'issued in error')).status).toBe('REVOKED');
    expect(await domain.certificates.markStale(id, 'too late')).toBe(false);
    for (const [answer, code] of [
      [await domain.certificates.revoke(id, 'twice'), 'CERTIFICATE_FINAL'],
      [await domain.certificates.revoke('nonsense', 'why'), 'CERTIFICATE_NOT_FOUND'],
      [await domain.certificates.revoke(id, ' '), 'INVALID_INPUT'],
      [await domain.certificates.supersede(id, certificateFacts()), 'CERTIFICATE_FINAL'],
    ] as const) {
      expect(answer).toBeInstanceOf(Refusal);
      expect((answer as Refusal).code).toBe(code);
    }
    const actions = (await domain.audit.list({}, { subjectId: id })).items.map(({ node }) => node.action);
    expect(actions).toEqual(['REVOKED', 'STALE', 'SIGNED', 'ISSUED'].map((word) => `CERTIFICATE_${word}`));
  });

  test('the one that replaces another takes its place when it is signed', async () => {
    const old = await issued();
    const next = granted(await domain.certificates.supersede(old.id, certificateFacts({ verdict: 'INCONCLUSIVE' })));
    expect(await domain.certificates.get(old.id)).toMatchObject({ status: 'VALID' });
    await domain.certificates.sealPending();
    expect(await domain.certificates.get(old.id)).toMatchObject({
      status: 'REVOKED',
      reason: `superseded by ${next.id}`,
    });
    expect(await domain.certificates.get(next.id)).toMatchObject({ status: 'VALID', supersedesId: old.id });
  });

  test('ends when its time is over, not before', async () => {
    const { id } = await issued({ validity: { from: '2026-01-01T00:00:00Z', until: '2026-06-01T00:00:00Z' } });
    expect(await domain.certificates.expireDue(new Date('2026-05-31T23:59:59Z'))).toBe(0);
    expect(await domain.certificates.expireDue(new Date('2026-06-01T00:00:00Z'))).toBe(1);
    expect(await domain.certificates.get(id)).toMatchObject({ status: 'EXPIRED' });
  });

  test('is found by what it is about', async () => {
    const { id, resultId, runId } = await issued({ result: { ...certificateFacts().result, id: 'another' } });
    expect(resultId).toBe('another');
    const { items, totalCount } = await domain.certificates.list({}, { resultId, runId, status: 'VALID' });
    expect(items.map(({ node }) => node.id)).toEqual([id]);
    expect(await totalCount()).toBe(1);
  });

  test('what does not fit the table of facts is no certificate', async () => {
    const wrong = { ...certificateFacts(), verdict: 'MAYBE', carriers: undefined } as never;
    await expect(domain.certificates.issue(wrong)).rejects.toThrow(/internal: .*carriers.*verdict/s);
  });
});
