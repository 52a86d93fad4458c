import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fromBase64 } from './base64';

/** The algorithm byte of Ed25519. https://c2sp.org/signed-note#signature-types */
const ED25519 = 1;
/** What an Ed25519 key's DER says before its 32 bytes. RFC 8410. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Who signs notes: a name (for a log, its origin) and an Ed25519 key. */
export interface NoteKey {
  name: string;
  publicKey: KeyObject;
}

/** Names hold neither spaces nor plus signs. */
export const isKeyName = (name: string): boolean => /^[^\s+]+$/u.test(name);

function rawKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);
}

/** Four bytes by which a signature says which key made it. */
function keyId({ name, publicKey }: NoteKey): Buffer {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(rawKey(publicKey));
  return hash.digest().subarray(0, 4);
}

/** `<name>+<id>+<key>`, as other tools take it. https://c2sp.org/signed-note#verifier-keys */
export function formatVerifierKey(key: NoteKey): string {
  const data = Buffer.concat([Buffer.of(ED25519), rawKey(key.publicKey)]);
  return `${key.name}+${keyId(key).toString('hex')}+${data.toString('base64')}`;
}

/** Null when it is none, or its id is not its key's. */
export function parseVerifierKey(text: string): NoteKey | null {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? [];
  const data = encoded === undefined ? null : fromBase64(encoded);
  if (name === undefined || data?.length !== 33 || data[0] !== ED25519) return null;
  const der = Buffer.concat([SPKI_PREFIX, data.subarray(1)]);
  const key = { name, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  return keyId(key).toString('hex') === id ? key : null;
}

/** @param text ends with a newline @param privateKey belongs to `key` */
export function signNote(text: string, key: NoteKey, privateKey: KeyObject): string {
  const signature = Buffer.concat([keyId(key), sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n— ${key.name} ${signature.toString('base64')}\n`;
}

/**
 * The text of a note that this key signed; null when it is no note or has no valid signature of the key's. Lines of
 * other keys are passed over, as the specification wants; a line of this key that is wrong is not.
 */
export function openNote(note: string, key: NoteKey): string | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, end + 1);
  const id = keyId(key);
  let signed = false;
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
    const bytes = encoded === undefined ? null : fromBase64(encoded);
    if (!bytes || bytes.length < 5) return null;
    if (name !== key.name || !bytes.subarray(0, 4).equals(id)) continue;
    if (!verify(null, Buffer.from(text), key.publicKey, bytes.subarray(4))) return null;
    signed = true;
  }
  return signed ? text : null;
}
