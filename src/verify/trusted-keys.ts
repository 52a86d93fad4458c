import { createPublicKey, type KeyObject } from 'node:crypto';
import { keyHint } from '../signing';
import { type NoteKey, parseVerifierKey } from '../tlog';
import { Unverifiable } from './report';

/** A key that a server may have given up: what it signed after that is nobody's. */
export interface Dated {
  /** Null for one in use, and for one of which nothing is said. */
  usedUntil: Date | null;
}

export type DocumentsKey = Dated & { publicKey: KeyObject };
export type LogKey = Dated & NoteKey;

/** The public keys a reader trusts. */
export interface TrustedKeys {
  /** Of certificates and checkpoint folders, by their hint. */
  documents: Map<string, DocumentsKey>;
  /** Of logs, by their name: a log has more than one when its key was replaced. */
  logs: Map<string, LogKey[]>;
}

/**
 * Keys as they come in files: a public key in PEM, a verifier key (`<name>+<id>+<key>`), or the JSON that a server gives
 * out under `/keys`. @throws Unverifiable
 */
export function readKeys(files: readonly { name: string; text: string }[]): TrustedKeys {
  const keys: TrustedKeys = { documents: new Map(), logs: new Map() };
  for (const { name, text } of files) {
    const found = text.trimStart().startsWith('{') ? published(text) : [{ text, usedUntil: null }];
    const known = found.map((key) => add(keys, key));
    if (known.length === 0 || known.includes(false)) {
      throw new Unverifiable(
        `${name} holds no public key: neither PEM, nor a verifier key, nor what a server has under /keys`,
      );
    }
  }
  return keys;
}

/** A key as text, and until when it was used. */
type WrittenKey = Dated & { text: string };

function add({ documents, logs }: TrustedKeys, { text: written, usedUntil }: WrittenKey): boolean {
  const text = written.trim();
  const log = parseVerifierKey(text);
  if (log) {
    logs.set(log.name, [...(logs.get(log.name) ?? []), { ...log, usedUntil }]);
    return true;
  }
  // createPublicKey would also take a private key, which nobody should hand around.
  if (!text.startsWith('-----BEGIN PUBLIC KEY-----')) return false;
  try {
    const publicKey = createPublicKey(text);
    if (publicKey.asymmetricKeyType === 'ec') documents.set(keyHint(publicKey), { publicKey, usedUntil });
    return publicKey.asymmetricKeyType === 'ec' || publicKey.asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

/** Of a server's `/keys`: the log's key by its verifier key, others by their PEM. */
function published(text: string): WrittenKey[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: { pem?: unknown; verifierKey?: unknown; usedUntil?: unknown }[] };
    return (keys ?? []).map(({ pem, verifierKey, usedUntil }) => ({
      text: String(verifierKey ?? pem),
      usedUntil: usedUntil == null ? null : new Date(String(usedUntil)),
    }));
  } catch {
    return [];
  }
}
