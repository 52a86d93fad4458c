import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fetchFolder } from '../../src/artifacts';
import type { Checkpoint, Domain } from '../../src/domain';
import { MODEL_SIGNATURE_FILE, signModel } from '../../src/signing';
import { formatTilePath, tilesOf } from '../../src/tlog';
import { certificateFacts } from './example-facts';

/** Files that somebody outside could have been handed. */
export interface Evidence {
  folder: string;
  /** What a server has under /keys. */
  keys: string;
  /** Public key of certificates and model signatures, PEM. */
  documentsKey: string;
  /** Public key of the log: PEM, and as signed notes name it. */
  logKey: string;
  logVerifierKey: string;
  certificate: string;
  page: string;
  /** The checkpoint's files with model.sig. */
  model: string;
  /** The largest of them. */
  weights: string;
  /** The whole log as its paths lie under a web server. */
  log: string;
  /** A proof of one entry. */
  proof: string;
  /** Proof that the log grew from `earlier` (a signed checkpoint) to its present. */
  earlier: string;
  consistency: string;
}

/** Writes a certificate about a checkpoint, its signed files and the log into a folder. */
export async function writeEvidence(domain: Domain, checkpoint: Checkpoint, folder: string): Promise<Evidence> {
  const at = (name: string) => join(folder, name);
  const [largest] = [...checkpoint.files].sort((a, b) => b.bytes - a.bytes);
  if (!largest) throw new Error(`internal: checkpoint ${checkpoint.id} has no files`);
  const evidence: Evidence = {
    folder,
    keys: at('keys.json'),
    documentsKey: at('documents.pem'),
    logKey: at('log.pem'),
    logVerifierKey: at('log.vkey'),
    certificate: at('certificate.json'),
    page: at('certificate.html'),
    model: at('model'),
    weights: join(at('model'), largest.path),
    log: at('log'),
    proof: at('entry.tlog-proof'),
    earlier: at('earlier-checkpoint'),
    consistency: at('consistency.json'),
  };
  await mkdir(folder, { recursive: true });
  const earlier = await domain.log.integrate();
  await writeFile(evidence.earlier, earlier.note);

  const { id, name, digest } = checkpoint;
  const issued = await domain.certificates.issue(certificateFacts({ result: { id, name, digest } }));
  await domain.certificates.sealPending();
  const certificate = await domain.certificates.getOrFail(issued.id);
  const stored = async (artifact: string | null) => buffer(await domain.artifacts.open(artifact!));
  await writeFile(evidence.certificate, await stored(certificate.bundleDigest));
  await writeFile(evidence.page, await stored(certificate.pageDigest));

  await fetchFolder(domain.artifacts, checkpoint.files, evidence.model);
  const signature = signModel(name, checkpoint.files, await domain.keyring.documents());
  await writeFile(join(evidence.model, MODEL_SIGNATURE_FILE), signature);

  await domain.keyring.admit();
  const keys = await domain.keyring.published();
  await writeFile(evidence.keys, JSON.stringify({ keys }, null, 2));
  for (const { purpose, pem, verifierKey } of keys) {
    await writeFile(purpose === 'LOG' ? evidence.logKey : evidence.documentsKey, pem);
    if (verifierKey !== null) await writeFile(evidence.logVerifierKey, verifierKey);
  }

  const { size } = await domain.log.integrate();
  await writeLog(domain, evidence.log);
  const entry = (await domain.audit.latestOf(issued.id, 'CERTIFICATE_ISSUED'))!;
  await writeFile(evidence.proof, (await domain.log.prove(entry))!.file);
  const hashes = (await domain.log.proveConsistency(earlier.size, size)).map((hash) => hash.toString('base64'));
  await writeFile(evidence.consistency, JSON.stringify({ from: earlier.size, to: size, hashes }));
  return evidence;
}

/** Enough entries for a full tile and a level above, when `count` is over 256. */
export async function fillLog(domain: Domain, { id }: Checkpoint, count: number): Promise<void> {
  await domain.database.transaction(async () => {
    for (let i = 0; i < count; i++) {
      await domain.audit.record({ action: `STEP_${i}`, subject: { type: 'CHECKPOINT', id }, after: { i } });
    }
  });
}

/** Every resource of the log, as files. */
async function writeLog(domain: Domain, folder: string): Promise<void> {
  const { note, size } = (await domain.log.latest())!;
  const write = async (path: string, bytes: Buffer | string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  };
  await write('checkpoint', note);
  for (const { level, index, width } of tilesOf(size)) {
    for (const kind of level === 0 ? ([0, 'entries'] as const) : [level]) {
      const tile = { level: kind, index, width };
      await write(formatTilePath(tile), (await domain.log.resource(tile))!);
    }
  }
}
