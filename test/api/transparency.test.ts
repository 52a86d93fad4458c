import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { certificateFacts } from '../../scripts/prove/example-facts';
import { actingAs } from '../../src/domain';
import { isConsistent, openCheckpoint, parseVerifierKey } from '../../src/tlog';
import { checkLog, isVerified, readKeys, verify } from '../../src/verify';
import { TestServer } from '../support/server';

const run = promisify(execFile);
const CLI = resolve(__dirname, '../../src/cli.js');
const olga = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['ADMIN'] } as const;
const subject = { type: 'RUN', id: '5ab4dd63-1a9d-4a2e-a37f-2f2a80e07ed1' };

interface Shown {
  number: number;
  position: number;
  actor: string;
  leaf: string;
  subjectId: string;
  proof: { file: string } | null;
}

let lethe: TestServer;
/** Entries in the log after the first test. */
let filled: number;
beforeAll(async () => {
  lethe = await TestServer.start();
});
afterAll(() => lethe.close());

const get = (path: string) => fetch(`${lethe.url}${path}`, { headers: lethe.headers });
const read = async (path: string) => {
  const response = await get(`/log/${path}`);
  return response.ok ? Buffer.from(await response.arrayBuffer()) : null;
};
const keys = async () => readKeys([{ name: '/keys', text: await (await get('/keys')).text() }]);

async function until<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error('waited in vain');
}

test('the log is served as the specification says, and what is served fits what was signed', async () => {
  await lethe.domain.database.transaction(async () => {
    for (let i = 0; i < 260; i++) await lethe.domain.audit.record({ action: 'STEP', subject, after: { i } });
  });
  filled = (await lethe.domain.log.integrate()).size;
  const checkpoint = await get('/log/checkpoint');
  expect(checkpoint.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(isVerified(await checkLog(read, await keys()))).toBe(true);
  const tile = await get('/log/tile/0/000');
  expect([tile.headers.get('content-type'), tile.headers.get('cache-control')]).toEqual([
    'application/octet-stream',
    'private, max-age=31536000, immutable',
  ]);
  for (const path of ['tile/0/999', 'tile/0/0', 'tile/0/000.p/0', 'tile/9/000', 'tile/entries/002', 'tile/../keys']) {
    expect([path, (await get(`/log/${path}`)).status]).toEqual([path, 404]);
  }
  expect((await fetch(`${lethe.url}/log/checkpoint`)).status).toBe(401);
});

test('proofs of entries and of growth come as JSON, by GraphQL, and as a file that verifies', async () => {
  await actingAs(olga, () => lethe.domain.audit.record({ action: 'APPROVED', subject, before: { a: 1 } }));
  const entry = await until(async () => {
    const { data } = await lethe.ask(
      `{ auditEntries(action: "APPROVED", first: 1) { totalCount edges { node {
           number position actor actorHash leaf subjectId proof { index hashes file checkpoint { size root note } } } } } }`,
    );
    const { edges } = data!.auditEntries as { edges: { node: Shown }[] };
    const [edge] = edges;
    return edge?.node.proof ? { ...edge.node, proof: edge.node.proof } : null;
  });
  expect(entry).toMatchObject({ actor: 'person:olga', subjectId: subject.id });
  const file = join(lethe.place.folder, 'entry.tlog-proof');
  await writeFile(file, entry.proof.file);
  const report = await verify(file, await keys());
  expect(report.failures).toEqual([]);
  expect(report.proven.at(-1)).toBe(`the entry says ${entry.leaf}`);

  const { data } = await lethe.ask('query ($n: ID!) { auditProof(number: $n) { index file } }', {
    n: entry.number,
  });
  expect(data?.auditProof).toMatchObject({ index: entry.position });
  const asJson = await (await get(`/log/proof/inclusion?entry=${entry.number}`)).json();
  expect(asJson).toMatchObject({ index: entry.position, hashes: expect.any(Array) });
  expect(await (await get(`/log/proof/inclusion?entry=${entry.number}&format=file`)).text()).toContain(
    'c2sp.org/tlog-proof@v1',
  );
  expect((await get('/log/proof/inclusion?entry=x')).status).toBe(400);
  expect((await get('/log/proof/inclusion?entry=999999')).status).toBe(404);

  const [log] = [...(await keys()).logs.values()].flat();
  const now = openCheckpoint(await (await get('/log/checkpoint')).text(), log!)!;
  const old = (await lethe.domain.log.at(filled))!;
  const growth = (await (await get(`/log/proof/consistency?from=${filled}&to=${now.size}`)).json()) as {
    hashes: string[];
  };
  expect(
    isConsistent(
      old,
      now,
      growth.hashes.map((hash) => Buffer.from(hash, 'base64')),
    ),
  ).toBe(true);
  const answer = await lethe.ask(
    `{ auditConsistency(from: ${filled}, to: ${now.size}) { hashes } logCheckpoint { size } }`,
  );
  expect(answer.data).toMatchObject({ auditConsistency: growth.hashes.length > 0 ? { hashes: growth.hashes } : {} });
  expect((await get('/log/proof/consistency?from=5&to=4')).status).toBe(400);
  expect((await get('/log/proof/consistency?from=5&to=400000')).status).toBe(404);
});

test('an actor who is forgotten is nobody, and the entries stay', async () => {
  const forget = () =>
    lethe.ask(
      `mutation { forgetActor(input: { actor: "person:olga" }) {
         ... on ForgottenActor { actorHash } ... on UserError { code } } }`,
    );
  const first = await forget();
  expect(first.data).toEqual({ forgetActor: { actorHash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  expect((await forget()).data).toEqual({ forgetActor: { code: 'ACTOR_UNKNOWN' } });
  const { data } = await lethe.ask('{ auditEntries(action: "APPROVED") { edges { node { actor actorHash } } } }');
  expect(data).toEqual({
    auditEntries: { edges: [{ node: { actor: null, ...(first.data?.forgetActor as object) } }] },
  });
});

test('a certificate is signed by and by, is downloaded as file and page, and lethe verify passes it offline', async () => {
  const { id } = await lethe.domain.certificates.issue(certificateFacts());
  const certificate = await until(async () => {
    const { data } = await lethe.ask(
      `query ($id: ID!) { certificate(id: $id) { status logIndex bundleDigest bundleUrl htmlUrl claims supersedes { id } }
         certificates(status: VALID) { totalCount edges { node { id } } } node(id: $id) { __typename } }`,
      { id },
    );
    const found = data?.certificate as { status: string; bundleUrl: string; htmlUrl: string };
    return found.status === 'VALID' ? { ...found, data } : null;
  });
  expect(certificate.data).toMatchObject({ node: { __typename: 'Certificate' }, certificates: { totalCount: 1 } });
  const folder = join(lethe.place.folder, 'handed-over');
  await mkdir(folder);
  const [bundle, page] = [await get(certificate.bundleUrl), await get(certificate.htmlUrl)];
  expect(bundle.headers.get('content-type')).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const file = join(folder, 'certificate.json');
  await writeFile(file, await bundle.text());
  await writeFile(join(folder, 'keys.json'), await (await get('/keys')).text());
  const cli = (...args: string[]) => run(process.execPath, [CLI, 'verify', file, ...args]);
  const { stdout } = await cli('--key', join(folder, 'keys.json'));
  expect(stdout).toMatch(/^VERIFIED: erasure certificate\n/);
  expect(stdout).toContain('records that exactly these claims were issued');
  expect(stdout).toContain('Not shown:\n  - Unlearning is approximate');
  const json = JSON.parse((await cli('--json', '--key', join(folder, 'keys.json'))).stdout);
  expect(json).toMatchObject({ verified: true, kind: 'erasure certificate', failures: [] });

  await writeFile(join(folder, 'not-a-key'), 'hello');
  await expect(cli('--key', join(folder, 'not-a-key'))).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('holds no public key'),
  });
  await expect(cli('--key', join(folder, 'missing'))).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot be read'),
  });
  expect((await get(`/certificates/${dirname(id)}/bundle`)).status).toBe(404);

  const revoke = () =>
    lethe.ask(
      `mutation ($id: ID!) { revokeCertificate(input: { id: $id, reason: "issued in error" }) {
         ... on Certificate { status reason } ... on UserError { code } } }`,
      { id },
    );
  expect((await revoke()).data).toEqual({ revokeCertificate: { status: 'REVOKED', reason: 'issued in error' } });
  expect((await revoke()).data).toEqual({ revokeCertificate: { code: 'CERTIFICATE_FINAL' } });
});

test('the public keys are given out, by HTTP and by GraphQL', async () => {
  const { data } = await lethe.ask('{ signingKeys { purpose algorithm hint pem verifierKey usedFrom usedUntil } }');
  expect(await (await get('/keys')).json()).toEqual({ keys: data?.signingKeys });
  const shown = data?.signingKeys as { purpose: string; verifierKey: string | null; hint: string }[];
  expect(shown.map(({ purpose }) => purpose)).toEqual(['LOG', 'DOCUMENTS']);
  expect(parseVerifierKey(shown[0]!.verifierKey!)!.name).toBe(shown[0]!.hint);
});
