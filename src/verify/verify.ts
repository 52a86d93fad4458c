import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CERTIFICATE_PREDICATE_TYPE } from '../certificate';
import { MODEL_PREDICATE_TYPE, type Statement } from '../signing';
import { isProofFile, parseProofFile } from '../tlog';
import { signedStatement } from './bundle';
import { CERTIFICATE_KIND, checkCertificate } from './certificate';
import { checkLog } from './log';
import { checkLogProof, openedBy } from './log-proof';
import { checkModel } from './model';
import { Findings, type Report, Unverifiable, type VerifyOptions } from './report';
import type { TrustedKeys } from './trusted-keys';

/**
 * Checks a file with nothing but itself and public keys: an erasure certificate, a model signature with its folder, a
 * log's proof or checkpoint, or the folder of a whole log.
 * @throws Unverifiable when it is none of these, the keys are not of its kind, or a verdict is required of what has none
 */
export async function verify(path: string, keys: TrustedKeys, options: VerifyOptions = {}): Promise<Report> {
  const report = await reportOn(path, keys, options);
  if (options.required === undefined || report.kind === CERTIFICATE_KIND) return report;
  throw new Unverifiable(`only an erasure certificate has a verdict, and this is a ${report.kind}`);
}

async function reportOn(path: string, keys: TrustedKeys, options: VerifyOptions): Promise<Report> {
  const { folder } = options;
  const found = await stat(path).catch(() => null);
  if (!found) throw new Unverifiable(`there is no file ${path}`);
  if (folder !== undefined && !(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new Unverifiable(`there is no folder ${folder}`);
  }
  if (found.isDirectory()) return checkLog((name) => readFile(join(path, name)).catch(() => null), keys);
  const bytes = await readFile(path);
  const text = bytes.toString();
  if (!Buffer.from(text).equals(bytes)) throw new Unverifiable('this is no text, and nothing that can be verified');
  if (isProofFile(text)) return checkProofFile(text, keys);
  if (text.trimStart().startsWith('{')) return checkBundle(text, keys, options, dirname(path));
  return checkCheckpoint(text, keys);
}

async function checkBundle(text: string, keys: TrustedKeys, options: VerifyOptions, beside: string): Promise<Report> {
  if (keys.documents.size === 0) throw new Unverifiable('give the public key that signs documents with --key');
  const findings = new Findings();
  const { statement, usedUntil } = signedStatement(text, keys, findings);
  if (statement.predicateType === CERTIFICATE_PREDICATE_TYPE) {
    if (usedUntil) checkIssued(statement, usedUntil, findings);
    return checkCertificate(statement, keys, findings, options);
  }
  if (statement.predicateType === MODEL_PREDICATE_TYPE) {
    const report = await checkModel(statement, options.folder ?? beside, findings);
    const late = usedUntil && `That it was signed before its key was replaced, at ${usedUntil.toISOString()}.`;
    return late ? { ...report, notProven: [late, ...report.notProven] } : report;
  }
  throw new Unverifiable(`its statement is a ${statement.predicateType}, which is not known here`);
}

/** By its own word; that the log has its entry shows that nobody wrote it later with a key that was given up. */
function checkIssued({ predicate }: Statement, usedUntil: Date, findings: Findings): void {
  const issuedAt = (predicate as { certificate?: { issuedAt?: unknown } } | null)?.certificate?.issuedAt;
  findings.check(
    new Date(String(issuedAt)) <= usedUntil,
    `it was issued before the key that signed it was replaced, at ${usedUntil.toISOString()}`,
    `the key that signed it was replaced at ${usedUntil.toISOString()}, and it was not issued before that`,
  );
}

function checkProofFile(text: string, keys: TrustedKeys): Report {
  const findings = new Findings();
  const shown = parseProofFile(text);
  const known = shown && keys.logs.get(shown.checkpoint.split('\n')[0] ?? '');
  if (shown && !known) throw new Unverifiable('give the verifier key of the log with --key');
  const entry = known && checkLogProof(text, known, findings);
  if (!shown) findings.failures.push('the proof is not written as https://c2sp.org/tlog-proof says');
  if (entry) findings.proven.push(`the entry says ${entry.leaf.toString()}`);
  return findings.report('proof of a log entry', ['That what the entry records is true: only that it was recorded.']);
}

function checkCheckpoint(text: string, keys: TrustedKeys): Report {
  const [origin = ''] = text.split('\n');
  const known = keys.logs.get(origin);
  if (!text.includes('\n\n— ')) throw new Unverifiable('this is no certificate, model signature, proof or checkpoint');
  if (!known) throw new Unverifiable(`give the verifier key of the log ${origin} with --key`);
  const findings = new Findings();
  const checkpoint = openedBy(text, known)?.checkpoint ?? null;
  findings.check(
    checkpoint !== null,
    `the log ${origin} signed that it has ${checkpoint?.size} entries under this root`,
    `the log ${origin} did not sign this checkpoint`,
  );
  return findings.report('checkpoint of a log', ['What the entries are: a proof or the log itself shows that.']);
}
