import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateFacts } from '../../scripts/prove/example-facts';
import {
  type CertificateFacts,
  type CertificatePredicate,
  type Claims,
  certificateStatement,
  claimsOf,
  digestOfClaims,
} from '../certificate';
import { canonical, STATEMENT_TYPE, signModel, signStatement } from '../signing';
import { formatCheckpoint, formatProofFile, formatVerifierKey, leafHash, nodeHash, signNote } from '../tlog';
import { filesOfFolder } from './folder';
import { printReport } from './print-report';
import type { Report } from './report';
import { readKeys, type TrustedKeys } from './trusted-keys';
import { verify } from './verify';

const log = generateKeyPairSync('ed25519');
const documents = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const logKey = { name: 'example.org/log', publicKey: log.publicKey };
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const keys = readKeys([
  { name: 'documents.pem', text: pem(documents.publicKey) },
  { name: 'log.vkey', text: `${formatVerifierKey(logKey)}\n` },
]);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-verify-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function verified(text: string | Buffer, trusted: TrustedKeys = keys): Promise<Report> {
  await writeFile(join(folder, 'file'), text);
  return verify(join(folder, 'file'), trusted);
}

/** A log of two entries, the second of them the given one. */
function proofOf(leaf: object, signed = (note: string) => signNote(note, logKey, log.privateKey)): string {
  const bytes = Buffer.from(canonical(leaf));
  const first = leafHash(Buffer.from('{}'));
  const root = nodeHash(first, leafHash(bytes));
  const checkpoint = signed(formatCheckpoint({ origin: logKey.name, size: 2, root }));
  return formatProofFile({ leaf: bytes, index: 1, hashes: [first], checkpoint });
}

const entryOf = (claims: Claims) => ({
  action: 'CERTIFICATE_ISSUED',
  at: '2026-02-04T08:00:01.000Z',
  subject: { type: 'CERTIFICATE', id: claims.certificate.id },
  after: digestOfClaims(claims),
});

/** A signed certificate; parts of it can be other than they should be. */
function certificate(
  facts: Partial<CertificateFacts> = {},
  wrong: { claims?: Partial<Claims>; log?: Partial<CertificatePredicate['log']>; entry?: object } = {},
): string {
  const claims = claimsOf({ id: 'one', issuedAt: '2026-02-04T08:00:01.000Z' }, certificateFacts(facts));
  const proof = proofOf({ ...entryOf(claims), ...wrong.entry });
  const place = { index: 1, verifierKey: formatVerifierKey(logKey), proof, ...wrong.log };
  return signStatement(certificateStatement({ ...claims, ...wrong.claims }, place), documents);
}

test('a certificate is taken at its word for what is signed and logged, and says what that does not show', async () => {
  const report = await verified(certificate());
  expect(report).toMatchObject({ kind: 'erasure certificate', failures: [] });
  expect(report.proven).toHaveLength(6);
  expect(report.notProven.join('\n')).toMatch(/approximate.*Whether it was revoked/s);
  expect(report.notProven.join('\n')).not.toContain('the one that the certificate itself names');
});

test('what the certificate says comes first: verdict, policy, request and forget set', async () => {
  const text = certificate({ verdict: 'FAIL' });
  const [first, second, ...lines] = printReport(await verified(text)).split('\n');
  expect([first, second]).toEqual(['VERIFIED: erasure certificate', 'It says:']);
  expect(lines[0]).toContain('verdict FAIL by policy default 1');
  expect(lines[1]).toContain('answers request 0b5f7f4e');
  expect(lines[2]).toContain('to be forgotten was: cat, 200 images');
  const open = await verified(certificate({ verdict: 'INCONCLUSIVE', verification: null, request: null }));
  expect(open.says).toEqual([
    'verdict INCONCLUSIVE: it was never attacked',
    expect.stringContaining('answers no request'),
    expect.anything(),
  ]);
});

test('a verdict can be required, of a certificate alone', async () => {
  const required = async (text: string) => {
    await writeFile(join(folder, 'file'), text);
    return verify(join(folder, 'file'), keys, { required: 'PASS' });
  };
  expect((await required(certificate())).failures).toEqual([]);
  for (const verdict of ['FAIL', 'INCONCLUSIVE'] as const) {
    const { failures } = await required(certificate({ verdict }));
    expect(failures).toEqual([`its verdict is ${verdict}, and PASS is required`]);
  }
  await expect(required(proofOf({ action: 'RUN_STARTED' }))).rejects.toThrow(
    'only an erasure certificate has a verdict',
  );
});

test("without the log's own key the one it names is used, and that is said", async () => {
  const report = await verified(certificate(), readKeys([{ name: 'key', text: pem(documents.publicKey) }]));
  expect(report.failures).toEqual([]);
  expect(report.notProven.join('\n')).toContain('the one that the certificate itself names');
});

const other = claimsOf({ id: 'one', issuedAt: '2026-02-04T08:00:01.000Z' }, certificateFacts({ verdict: 'FAIL' }));
const foreign = generateKeyPairSync('ed25519');
test.each([
  [
    'a plan that is not the one with the digest',
    certificate({ verification: { ...certificateFacts().verification!, plan: { images: 3 } } }),
    'another digest than the one it says',
  ],
  [
    'a claim that was changed after the entry',
    certificate({}, { claims: { verdict: 'FAIL' } }),
    "log's entry is not about",
  ],
  [
    'the entry of other claims',
    certificate({}, { log: { proof: proofOf(entryOf(other)) } }),
    "log's entry is not about",
  ],
  ['another action', certificate({}, { entry: { action: 'CERTIFICATE_REVOKED' } }), "log's entry is not about"],
  ['another certificate', certificate({}, { entry: { subject: { id: 'two' } } }), "log's entry is not about"],
  ['an entry that is no JSON object', certificate({}, { log: { proof: proofOf([]) } }), "log's entry is not about"],
  ['another index', certificate({}, { log: { index: 0 } }), "log's entry is not about"],
  ['a proof that is none', certificate({}, { log: { proof: 'x' } }), 'not written as'],
  [
    'a checkpoint by somebody else',
    certificate(
      {},
      {
        log: {
          proof: proofOf({}, (note) => signNote(note, { ...logKey, publicKey: foreign.publicKey }, foreign.privateKey)),
        },
      },
    ),
    'not signed by the log',
  ],
  ['no key of a log', certificate({}, { log: { verifierKey: 'x' } }), 'no usable key'],
  [
    'a time that is over',
    certificate({ validity: { from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' } }),
    'valid until 2021',
  ],
])('%s is wrong', async (_, text, message) => {
  expect((await verified(text)).failures.join('\n')).toContain(message);
});

test('a signature by another key, or none of the keys given, is wrong', async () => {
  const mallory = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = certificate();
  const unknown = await verified(text, readKeys([{ name: 'key', text: pem(mallory.publicKey) }]));
  expect(unknown.failures.join()).toContain('none of the keys given');
  const forged = JSON.parse(text);
  forged.dsseEnvelope.signatures[0].sig = JSON.parse(signModel('x', [], mallory)).dsseEnvelope.signatures[0].sig;
  expect((await verified(`${canonical(forged)}\n`)).failures.join()).toContain('the signature is not one of key');
});

test('a key that was replaced is good for what it signed before, and for nothing that came later', async () => {
  const published = (usedUntil: { log?: string; documents?: string }) => {
    const keys = [
      { pem: pem(log.publicKey), verifierKey: formatVerifierKey(logKey), usedUntil: usedUntil.log ?? null },
      { pem: pem(documents.publicKey), verifierKey: null, usedUntil: usedUntil.documents ?? null },
    ];
    return readKeys([{ name: 'keys.json', text: JSON.stringify({ keys }) }]);
  };
  const [before, after] = ['2026-02-04T08:00:00.000Z', '2026-02-04T08:00:02.000Z'];
  const failures = async (text: string, trusted: TrustedKeys) => (await verified(text, trusted)).failures;
  for (const kind of ['log', 'documents'] as const) {
    expect(await failures(certificate(), published({ [kind]: after }))).toEqual([]);
    expect(await failures(certificate(), published({ [kind]: before }))).toEqual([
      expect.stringContaining(`replaced at ${before}, and`),
    ]);
  }
  expect(await failures(proofOf({ at: after }), published({ log: before }))).toHaveLength(1);
  expect(await failures(proofOf([]), published({ log: before }))).toHaveLength(1);

  // A log that has had two keys under one name.
  const next = generateKeyPairSync('ed25519');
  const nextKey = { name: logKey.name, publicKey: next.publicKey };
  const keys = [
    { verifierKey: formatVerifierKey(nextKey), usedUntil: null },
    { verifierKey: formatVerifierKey(logKey), usedUntil: after },
  ];
  const both = readKeys([{ name: 'keys.json', text: JSON.stringify({ keys }) }]);
  const signed = (note: string) => signNote(note, nextKey, next.privateKey);
  for (const proof of [proofOf({ at: before }), proofOf({ at: '2026-03-01T00:00:00.000Z' }, signed)]) {
    expect(await failures(proof, both)).toEqual([]);
  }

  const model = join(folder, 'model');
  await mkdir(model);
  await writeFile(join(model, 'model.sig'), signModel('tiny', [], documents));
  const report = await verify(join(model, 'model.sig'), published({ documents: after }));
  expect(report.failures).toEqual([]);
  expect(report.notProven[0]).toContain(`before its key was replaced, at ${after}`);
});

test('a model signature holds for its files, all of them and no others', async () => {
  const model = join(folder, 'model');
  await mkdir(join(model, 'text_encoder'), { recursive: true });
  await writeFile(join(model, 'config.json'), '{}');
  await writeFile(join(model, 'text_encoder', 'weights'), 'w');
  await writeFile(join(model, 'model.sig'), signModel('tiny', await filesOfFolder(model), documents));
  const failures = async () => (await verify(join(model, 'model.sig'), keys)).failures;
  expect(await failures()).toEqual([]);
  await writeFile(join(model, 'extra'), '');
  expect(await failures()).toEqual(['extra is there and was not signed']);
  await rm(join(model, 'extra'));
  await rm(join(model, 'config.json'));
  expect(await failures()).toEqual(['config.json was signed and is missing']);
  await symlink(join(model, 'text_encoder', 'weights'), join(model, 'config.json'));
  expect(await failures()).toEqual(['config.json is not what was signed']);
});

test('a checkpoint and a proof say what they show', async () => {
  const note = signNote(
    formatCheckpoint({ origin: logKey.name, size: 2, root: Buffer.alloc(32) }),
    logKey,
    log.privateKey,
  );
  expect(await verified(note)).toMatchObject({ kind: 'checkpoint of a log', failures: [] });
  expect((await verified(note.replace('\n2\n', '\n3\n'))).failures).toHaveLength(1);
  const proof = proofOf({ action: 'RUN_STARTED' });
  expect((await verified(proof)).proven.at(-1)).toBe('the entry says {"action":"RUN_STARTED"}');
  expect((await verified(proof.replace('index 1', 'index 0'))).failures.join()).toContain('does not lead');
});

test.each([
  ['a picture', Buffer.of(0x89, 0x50, 0x4e, 0x47, 0xff), 'no text'],
  ['a letter', 'Dear regulator,\n', 'no certificate, model signature, proof or checkpoint'],
  ['an object', '{"a":1}', 'no Sigstore bundle'],
  [
    'a statement of another kind',
    signStatement(
      { _type: STATEMENT_TYPE, subject: [], predicateType: 'https://slsa.dev/provenance/v1', predicate: {} },
      documents,
    ),
    'slsa.dev',
  ],
  [
    'a certificate without its fields',
    signStatement(
      { _type: STATEMENT_TYPE, subject: [], predicateType: 'urn:lethe:erasure-certificate:v1', predicate: {} },
      documents,
    ),
    'must have required property',
  ],
  [
    'a checkpoint of a log whose key was not given',
    signNote('other.log\n0\nAAAA\n', { ...logKey, name: 'other.log' }, log.privateKey),
    'verifier key of the log other.log',
  ],
])('%s cannot be verified, and why is said', async (_, content, message) => {
  await expect(verified(content)).rejects.toThrow(message);
});

test('files and keys that are not there or no keys are refused', async () => {
  await expect(verify(join(folder, 'nowhere'), keys)).rejects.toThrow('there is no file');
  await expect(verify(folder, keys)).rejects.toThrow('there is no checkpoint');
  await writeFile(join(folder, 'file'), certificate());
  for (const none of [join(folder, 'nope'), join(folder, 'file')]) {
    await expect(verify(join(folder, 'file'), keys, { folder: none })).rejects.toThrow(`there is no folder ${none}`);
  }
  const privatePem = documents.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const text of ['', 'hello', '{}', '{"keys":[]}', '{"keys":[{"pem":"x"}]}', privatePem]) {
    expect(() => readKeys([{ name: 'k', text }])).toThrow('k holds no public key');
  }
});
