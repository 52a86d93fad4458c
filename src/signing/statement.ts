import { type Bundle, formatBundle, keyHint } from './bundle';
import { canonical } from './canonical-json';
import { seal } from './dsse';
import type { KeyPair } from './keys';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json';

/** Says something (the predicate) of some files (the subjects). https://github.com/in-toto/attestation, spec v1 */
export interface Statement<Predicate = unknown> {
  _type: typeof STATEMENT_TYPE;
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: string;
  predicate: Predicate;
}

/** A statement as a signed file. */
export function signStatement(statement: Statement, { publicKey, privateKey }: KeyPair): string {
  const content = { payloadType: STATEMENT_MEDIA_TYPE, payload: Buffer.from(canonical(statement)) };
  return formatBundle({ hint: keyHint(publicKey), envelope: seal(content, privateKey) });
}

/** The statement in a bundle, whoever signed it; null when there is none. */
export function statementIn({ envelope: { payloadType, payload } }: Bundle): Statement | null {
  if (payloadType !== STATEMENT_MEDIA_TYPE) return null;
  try {
    const value = JSON.parse(payload.toString()) as Partial<Statement> | null;
    if (value?._type !== STATEMENT_TYPE || typeof value.predicateType !== 'string') return null;
    const isSubject = (subject: Statement['subject'][number]) =>
      typeof subject?.name === 'string' && typeof subject.digest?.sha256 === 'string';
    return Array.isArray(value.subject) && value.subject.every(isSubject) ? (value as Statement) : null;
  } catch {
    return null;
  }
}
