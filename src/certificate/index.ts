export { certificateStatement, claimsOf, digestOfClaims } from './certificate';
export { certificatePage } from './certificate-page';
export { type CertificateFacts, facts, legalBases, verdicts } from './facts';
export {
  CERTIFICATE_PREDICATE_TYPE,
  type CertificatePredicate,
  type Claims,
  predicate,
  problemsOfFacts,
  problemsOfPredicate,
} from './predicate';
export { fieldReference } from './reference';
export type { JsonSchema } from './shape';
