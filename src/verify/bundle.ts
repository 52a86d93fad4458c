import { type Bundle, isSealedBy, parseBundle, readBundle, type Statement, statementIn } from '../signing';
import { type Findings, Unverifiable } from './report';
import type { Dated, TrustedKeys } from './trusted-keys';

/**
 * The statement in a bundle that one of these keys signed, and until when that key was used; what is wrong with it is noted down.
 * @throws Unverifiable
 */
export function signedStatement(text: string, keys: TrustedKeys, findings: Findings): Dated & { statement: Statement } {
  const bundle = parseBundle(text) ?? readBundle(text);
  const statement = bundle && statementIn(bundle);
  if (!bundle || !statement) throw new Unverifiable('this is no Sigstore bundle with an in-toto statement');
  checkForm(text, findings);
  checkSignature(bundle, keys, findings);
  return { statement, usedUntil: keys.documents.get(bundle.hint)?.usedUntil ?? null };
}

/** Parts of a bundle are not under the signature; so that none of them can be changed unseen, there is one form. */
function checkForm(text: string, findings: Findings): void {
  if (parseBundle(text)) return;
  findings.failures.push(
    'the file is not written the way Lethe writes bundles (names, order, spaces or padding): it was changed, or another tool wrote it',
  );
}

function checkSignature({ hint, envelope }: Bundle, { documents }: TrustedKeys, findings: Findings): void {
  const key = documents.get(hint);
  if (!key) {
    findings.failures.push(`it names the key ${hint}, which is none of the keys given`);
    return;
  }
  findings.check(
    isSealedBy(envelope, key.publicKey),
    `every byte of the statement is what the holder of key ${hint} signed`,
    `the signature is not one of key ${hint} over this statement`,
  );
}
