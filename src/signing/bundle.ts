import { createHash, type KeyObject } from 'node:crypto';
import { canonical } from './canonical-json';
import type { Envelope } from './dsse';

/** A DSSE envelope as Sigstore's tools read it, signed by a key that the reader has. */
export interface Bundle {
  /** Which key signed: `keyHint` of it. */
  hint: string;
  envelope: Envelope;
}

export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** sha256 of the public key's PEM, hexadecimal: how `model_signing` names keys, and we with it. */
export function keyHint(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'pem' }))
    .digest('hex');
}

/** Sigstore bundle v0.3 as a file. https://docs.sigstore.dev/about/bundle/ */
export function formatBundle({ hint, envelope }: Bundle): string {
  const { payloadType, payload, signature } = envelope;
  return `${canonical({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    dsseEnvelope: {
      payloadType,
      payload: payload.toString('base64'),
      signatures: [{ keyid: '', sig: signature.toString('base64') }],
    },
  })}\n`;
}

/**
 * Null when the text is not exactly what `formatBundle` writes. Much of a bundle is not under the signature (names,
 * spaces, padding of base64); reading only one form leaves no place where a change goes unnoticed.
 */
export function parseBundle(text: string): Bundle | null {
  const bundle = readBundle(text);
  return bundle && formatBundle(bundle) === text ? bundle : null;
}

/** The same with any spacing and order, as other tools write them. */
export function readBundle(text: string): Bundle | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const hint = at(value, 'verificationMaterial', 'publicKey', 'hint');
  const payloadType = at(value, 'dsseEnvelope', 'payloadType');
  const payload = at(value, 'dsseEnvelope', 'payload');
  const signature = at(value, 'dsseEnvelope', 'signatures', '0', 'sig');
  if (typeof hint !== 'string' || typeof payloadType !== 'string') return null;
  if (typeof payload !== 'string' || typeof signature !== 'string') return null;
  const bytes = (encoded: string) => Buffer.from(encoded, 'base64');
  return { hint, envelope: { payloadType, payload: bytes(payload), signature: bytes(signature) } };
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, key) ? Reflect.get(part, key) : undefined,
    value,
  );
}
