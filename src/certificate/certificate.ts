import { createHash } from 'node:crypto';
import { canonical, STATEMENT_TYPE, type Statement } from '../signing';
import type { CertificateFacts } from './facts';
import { CERTIFICATE_PREDICATE_TYPE, type CertificatePredicate, type Claims, limitsOf } from './predicate';

/** What a certificate with these facts claims. */
export function claimsOf(certificate: Claims['certificate'], facts: CertificateFacts): Claims {
  return { certificate, guarantee: 'APPROXIMATE', limits: limitsOf(facts), ...facts };
}

/** sha256 of claims, hexadecimal: what the log's entry holds of a certificate. */
export function digestOfClaims(claims: Claims): string {
  return createHash('sha256').update(canonical(claims)).digest('hex');
}

/** The statement about the resulting checkpoint. */
export function certificateStatement(
  claims: Claims,
  log: CertificatePredicate['log'],
): Statement<CertificatePredicate> {
  const { name, digest } = claims.result;
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: digest } }],
    predicateType: CERTIFICATE_PREDICATE_TYPE,
    predicate: { ...claims, log },
  };
}
