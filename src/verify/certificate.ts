import { createHash } from 'node:crypto';
import { type CertificatePredicate, digestOfClaims, problemsOfPredicate } from '../certificate';
import { canonical, type Statement } from '../signing';
import { parseVerifierKey } from '../tlog';
import { digestOfFolder } from './folder';
import { checkLogProof } from './log-proof';
import { type Findings, type Report, Unverifiable, type VerifyOptions } from './report';
import type { TrustedKeys } from './trusted-keys';

export const CERTIFICATE_KIND = 'erasure certificate';

/** What a reader asks first. */
function summary({ verdict, policy, verification, request, forgetSet, run }: CertificatePredicate): string[] {
  const { classes, samples, digest } = forgetSet;
  const of = [classes.join(', '), samples === null ? [] : `${samples} images`].flat().join(', ');
  return [
    verification
      ? `verdict ${verdict} by policy ${policy}, verification ${verification.id}`
      : `verdict ${verdict}: it was never attacked`,
    request
      ? `it answers request ${request.id} (${request.basis}), received ${request.receivedAt}, due ${request.dueAt}`
      : 'it answers no request: the controller acted of its own accord',
    `to be forgotten was: ${of} (set ${digest}), by ${run.method} ${run.methodVersion}`,
  ];
}

/** Checks what an erasure certificate embeds; its signature has been checked already. @throws Unverifiable */
export async function checkCertificate(
  { subject, predicate }: Statement,
  keys: TrustedKeys,
  findings: Findings,
  { folder, required }: VerifyOptions,
): Promise<Report> {
  const problems = problemsOfPredicate(predicate);
  if (problems.length > 0) throw new Unverifiable(`this is no erasure certificate: ${problems.join('; ')}`);
  const { log, ...claims } = predicate as CertificatePredicate;
  const { certificate, parent, result, validity, verdict } = claims;
  findings.says.push(...summary(predicate as CertificatePredicate));
  findings.check(
    subject.length === 1 && subject[0]!.digest.sha256 === result.digest,
    `certificate ${certificate.id} of ${certificate.issuedAt} is about the checkpoint ${result.digest}, made from ${parent.digest}`,
    'the statement is not about the checkpoint it calls the result',
  );
  const { verification } = claims;
  if (verification) {
    findings.check(
      createHash('sha256').update(canonical(verification.plan)).digest('hex') === verification.planDigest,
      'the plan of the verification that it shows is the one that was fixed before it began',
      'the plan of the verification that it shows has another digest than the one it says',
    );
  }
  const notProven = [...claims.limits];
  const named = parseVerifierKey(log.verifierKey);
  const trusted = named && keys.logs.get(named.name);
  if (!named) {
    findings.failures.push('it names no usable key of a log');
  } else {
    if (!trusted)
      notProven.push("The log's key is the one that the certificate itself names: give the log's own key with --key.");
    checkEntry(
      claims,
      checkLogProof(log.proof, trusted ?? [{ ...named, usedUntil: null }], findings),
      log.index,
      findings,
    );
  }
  if (required !== undefined) {
    findings.check(
      verdict === required,
      `its verdict is the required ${required}`,
      `its verdict is ${verdict}, and ${required} is required`,
    );
  }
  if (folder !== undefined) {
    findings.check(
      (await digestOfFolder(folder)) === result.digest,
      `the files in ${folder} are that checkpoint`,
      `the files in ${folder} are not the checkpoint that it is about`,
    );
  }
  if (validity.until !== null && new Date(validity.until) < new Date()) {
    findings.failures.push(`it was valid until ${validity.until}`);
  }
  notProven.push(
    'Whether it was revoked or has become stale since: ask the server that issued it.',
    'That the log shows others the same entries: compare its checkpoint with one obtained elsewhere.',
  );
  return findings.report(CERTIFICATE_KIND, notProven);
}

/** That the entry in the log is the one about these claims. */
function checkEntry(
  claims: Omit<CertificatePredicate, 'log'>,
  entry: { leaf: Buffer; index: number } | null,
  index: number,
  findings: Findings,
): void {
  if (!entry) return;
  const { action, subject, after, at } = readEntry(entry.leaf);
  const { id } = claims.certificate;
  findings.check(
    entry.index === index && action === 'CERTIFICATE_ISSUED' && subject?.id === id && after === digestOfClaims(claims),
    `the entry, of ${at}, records that exactly these claims were issued`,
    "the log's entry is not about this certificate's claims",
  );
}

interface Entry {
  action?: unknown;
  subject?: { id?: unknown };
  after?: unknown;
  at?: unknown;
}

function readEntry(leaf: Buffer): Entry {
  try {
    return (JSON.parse(leaf.toString()) as Entry | null) ?? {};
  } catch {
    return {};
  }
}
