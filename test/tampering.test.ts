import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Evidence, fillLog, writeEvidence } from '../scripts/prove/evidence';
import type { Domain } from '../src/domain';
import { type RandomStream, randomStream } from '../src/engine';
import { isConsistent, openCheckpoint, parseVerifierKey } from '../src/tlog';
import { isVerified, readKeys, type TrustedKeys, Unverifiable, verify } from '../src/verify';
import { freshEmbedded, type Place } from './support/databases';
import { granted, openDomain } from './support/domain';

const TAMPERINGS = 1000;

let place: Place;
let domain: Domain;
let folder: string;
let evidence: Evidence;
let keys: TrustedKeys;
beforeAll(async () => {
  place = await freshEmbedded();
  domain = await openDomain(place);
  folder = await mkdtemp(join(tmpdir(), 'lethe-tampering-'));
  const checkpoint = granted(await domain.checkpoints.import({ name: 'demo', source: 'somewhere' }));
  await fillLog(domain, checkpoint, 300);
  evidence = await writeEvidence(domain, checkpoint, folder);
  keys = readKeys([{ name: 'keys.json', text: await readFile(evidence.keys, 'utf8') }]);
});
afterAll(async () => {
  await domain.close();
  await place.discard();
  await rm(folder, { recursive: true });
});

/** Whether what is at `path` passes; what cannot be checked at all does not. */
async function passes(path: string): Promise<boolean> {
  try {
    return isVerified(await verify(path, keys, path === evidence.certificate ? { folder: evidence.model } : {}));
  } catch (error) {
    if (error instanceof Unverifiable) return false;
    throw error;
  }
}

/** One change of bytes, which may turn out to be none. */
const changes: Record<string, (bytes: Buffer, draw: RandomStream) => Buffer> = {
  'a bit flipped': (bytes, draw) => {
    const changed = Buffer.from(bytes);
    changed[draw.integer(bytes.length)]! ^= 1 << draw.integer(8);
    return changed;
  },
  'bytes deleted': (bytes, draw) => {
    const at = draw.integer(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + draw.integer(3))]);
  },
  'two bytes swapped': (bytes, draw) => {
    const changed = Buffer.from(bytes);
    const [a, b] = [draw.integer(bytes.length), draw.integer(bytes.length)];
    [changed[a], changed[b]] = [bytes[b]!, bytes[a]!];
    return changed;
  },
  'the end cut off': (bytes, draw) => bytes.subarray(0, draw.integer(bytes.length)),
  'a byte added': (bytes, draw) => {
    const at = draw.integer(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), Buffer.of(draw.integer(256)), bytes.subarray(at)]);
  },
};

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test(`${TAMPERINGS} random changes of certificate, checkpoint folder, log and proof are all noticed`, async () => {
  const model = join(evidence.model, 'model.sig');
  const targets = [
    {
      verified: evidence.certificate,
      files: [evidence.certificate, ...(await filesUnder(evidence.model)).filter((file) => file !== model)],
    },
    { verified: model, files: await filesUnder(evidence.model) },
    { verified: evidence.log, files: await filesUnder(evidence.log) },
    { verified: evidence.proof, files: [evidence.proof] },
  ];
  for (const { verified } of targets) expect(await passes(verified)).toBe(true);
  const unnoticed: string[] = [];
  const kinds = Object.keys(changes);
  let done = 0;
  for (let step = 0; done < TAMPERINGS; step++) {
    const draw = randomStream(20260204, 'tampering', step);
    const { verified, files } = targets[draw.integer(targets.length)]!;
    const file = files[draw.integer(files.length)]!;
    const kind = kinds[draw.integer(kinds.length)]!;
    const original = await readFile(file);
    const changed = changes[kind]!(original, draw);
    if (changed.equals(original)) continue;
    await writeFile(file, changed);
    if (await passes(verified)) unnoticed.push(`step ${step}: ${kind} in ${file}`);
    await writeFile(file, original);
    done++;
  }
  expect(unnoticed).toEqual([]);
  for (const { verified } of targets) expect(await passes(verified)).toBe(true);
});

test('files that are missing, added or of another log are noticed', async () => {
  const extra = join(evidence.model, 'extra.bin');
  await writeFile(extra, 'x');
  expect(await passes(join(evidence.model, 'model.sig'))).toBe(false);
  expect(await passes(evidence.certificate)).toBe(false);
  await rm(extra);
  expect(await passes(evidence.certificate)).toBe(true);
  const [tile] = (await filesUnder(join(evidence.log, 'tile', 'entries'))).sort();
  const bytes = await readFile(tile!);
  await rm(tile!);
  expect(await passes(evidence.log)).toBe(false);
  await writeFile(tile!, bytes);
  const older = await readFile(evidence.earlier, 'utf8');
  const note = await readFile(join(evidence.log, 'checkpoint'), 'utf8');
  await writeFile(join(evidence.log, 'checkpoint'), older);
  expect(await passes(evidence.log)).toBe(false);
  await writeFile(join(evidence.log, 'checkpoint'), note);
  expect(await passes(evidence.log)).toBe(true);
});

test('a consistency proof with any bit changed shows nothing', async () => {
  const key = parseVerifierKey(await readFile(evidence.logVerifierKey, 'utf8'))!;
  const old = openCheckpoint(await readFile(evidence.earlier, 'utf8'), key)!;
  const now = openCheckpoint(await readFile(join(evidence.log, 'checkpoint'), 'utf8'), key)!;
  const { hashes } = JSON.parse(await readFile(evidence.consistency, 'utf8')) as { hashes: string[] };
  const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
  expect(old.size).toBeGreaterThan(0);
  expect(now.size).toBeGreaterThan(old.size);
  expect(isConsistent(old, now, proof)).toBe(true);
  for (let bit = 0; bit < proof.length * 256; bit += 13) {
    const changed = proof.map((hash) => Buffer.from(hash));
    changed[Math.floor(bit / 256)]![Math.floor((bit % 256) / 8)]! ^= 1 << (bit % 8);
    expect(isConsistent(old, now, changed)).toBe(false);
  }
});
