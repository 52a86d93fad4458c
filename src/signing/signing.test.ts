import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyHint, parseBundle, readBundle } from './bundle';
import { canonical } from './canonical-json';
import { isSealedBy, preAuthEncoding, seal } from './dsse';
import { loadSigningKeys } from './keys';
import { type ModelFile, signedFiles, signModel } from './model-signature';
import { type Statement, statementIn } from './statement';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('canonical JSON sorts keys as texts, at every depth, and writes numbers as JavaScript does', () => {
  // The example of RFC 8785, section 3.2.2, as far as JSON.parse keeps it.
  const example = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonical(example)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  expect(canonical({ 10: 'a', 9: 'b', nested: { b: [{ z: 1, a: undefined }], a: new Date(0) } })).toBe(
    '{"10":"a","9":"b","nested":{"a":"1970-01-01T00:00:00.000Z","b":[{"z":1}]}}',
  );
});

test('what is signed has type and payload behind their lengths, as the specification shows it', () => {
  const content = { payloadType: 'http://example.com/HelloWorld', payload: Buffer.from('hello world') };
  expect(preAuthEncoding(content).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  const envelope = seal(content, key.privateKey);
  expect(isSealedBy(envelope, key.publicKey)).toBe(true);
  expect(isSealedBy({ ...envelope, payloadType: 'other' }, key.publicKey)).toBe(false);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(isSealedBy(envelope, other.publicKey)).toBe(false);
});

const files: ModelFile[] = ['b/c', 'b-a', 'a', 'b/a/x', 'é', '\u{1F600}', '\uFFFD'].map((path) => ({
  path,
  digest: sha256(path),
}));

test('a model signature names every file, in the order of its parts by code points', () => {
  const bundle = parseBundle(signModel('tiny', files, key))!;
  expect(bundle.hint).toBe(keyHint(key.publicKey));
  const statement = statementIn(bundle)!;
  const paths = signedFiles(statement)!.map(({ path }) => path);
  // What Python's sorted(pathlib.PurePosixPath) answers.
  expect(paths).toEqual(['a', 'b/a/x', 'b/c', 'b-a', 'é', '\uFFFD', '\u{1F600}']);
  const concatenated = Buffer.concat(paths.map((path) => Buffer.from(sha256(path), 'hex')));
  expect(statement.subject).toEqual([
    { name: 'tiny', digest: { sha256: createHash('sha256').update(concatenated).digest('hex') } },
  ]);
});

test('a statement of files that contradicts itself signs nothing', () => {
  const statement = statementIn(parseBundle(signModel('tiny', files, key))!) as Statement<{
    resources: { digest: string }[];
  }>;
  expect(signedFiles({ ...statement, predicateType: 'other' })).toBeNull();
  const { resources } = statement.predicate;
  expect(
    signedFiles({ ...statement, predicate: { ...statement.predicate, resources: resources.slice(1) } }),
  ).toBeNull();
});

test('one text is read as a bundle, others only by name', () => {
  const text = signModel('tiny', files, key);
  const spaced = JSON.stringify(JSON.parse(text), null, 2);
  expect(parseBundle(spaced)).toBeNull();
  expect(readBundle(spaced)).toEqual(parseBundle(text));
  for (const wrong of ['', '{}', 'null', '[1]', '{"dsseEnvelope":{"signatures":[]}}', text.slice(0, -5)]) {
    expect(readBundle(wrong)).toBeNull();
  }
});

describe('keys', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('are made once, for their owner alone, whoever asks first', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => loadSigningKeys(join(folder, 'keys'))));
    expect(new Set(all.map(({ documents }) => keyHint(documents.publicKey))).size).toBe(1);
    expect(new Set(all.map(({ log }) => keyHint(log.publicKey))).size).toBe(1);
    for (const name of ['log.pem', 'documents.pem']) {
      expect((await stat(join(folder, 'keys', name))).mode & 0o777).toBe(0o600);
    }
  });

  test('are taken from files that are given, when they are of the right kind', async () => {
    const [log, documents] = [join(folder, 'log.pem'), join(folder, 'documents.pem')];
    const own = generateKeyPairSync('ed25519');
    await writeFile(log, own.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const loaded = await loadSigningKeys(join(folder, 'keys'), { log });
    expect(keyHint(loaded.log.publicKey)).toBe(keyHint(own.publicKey));
    await writeFile(documents, await readFile(log));
    await expect(loadSigningKeys(join(folder, 'keys'), { documents })).rejects.toThrow('must be an EC key on P-256');
    await writeFile(documents, 'nonsense');
    await expect(loadSigningKeys(join(folder, 'keys'), { documents })).rejects.toThrow('cannot be read');
    await expect(loadSigningKeys(join(folder, 'keys'), { log: join(folder, 'none') })).rejects.toMatchObject({
      code: 'KEY_UNUSABLE',
    });
  });
});
