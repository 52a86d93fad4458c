import { createPublicKey, type KeyObject } from 'node:crypto';
import { keyHint } from '../signing';
import { type NoteKey, parseVerifierKey } from '../tlog';
import { Unverifiable } from './report';

/** The public keys a reader trusts. */
export interface TrustedKeys {
  /** Of certificates and checkpoint folders, by their hint. */
  documents: Map<string, KeyObject>;
  /** Of logs, by their name. */
  logs: Map<string, NoteKey>;
}

/**
 * Keys as they come in files: a public key in PEM, a verifier key (`<name>+<id>+<key>`), or the JSON that a server gives
 * out under `/keys`. @throws Unverifiable
 */
export function readKeys(files: readonly { name: string; text: string }[]): TrustedKeys {
  const keys: TrustedKeys = { documents: new Map(), logs: new Map() };
  for (const { name, text } of files) {
    const found = text.trimStart().startsWith('{') ? published(text) : [text];
    const known = found.map((key) => add(keys, key.trim()));
    if (known.length === 0 || known.includes(false)) {
      throw new Unverifiable(
        `${name} holds no public key: neither PEM, nor a verifier key, nor what a server has under /keys`,
      );
    }
  }
  return keys;
}

function add({ documents, logs }: TrustedKeys, text: string): boolean {
  const log = parseVerifierKey(text);
  if (log) {
    logs.set(log.name, log);
    return true;
  }
  // createPublicKey would also take a private key, which nobody should hand around.
  if (!text.startsWith('-----BEGIN PUBLIC KEY-----')) return false;
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === 'ec') documents.set(keyHint(key), key);
    return key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

/** Of a server's `/keys`: the log's key by its verifier key, others by their PEM. */
function published(text: string): string[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: { pem?: unknown; verifierKey?: unknown }[] };
    return (keys ?? []).map(({ pem, verifierKey }) => String(verifierKey ?? pem));
  } catch {
    return [];
  }
}
