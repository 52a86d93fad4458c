import { type KeyObject, sign, verify } from 'node:crypto';

/** Bytes, what they are, and who signed them. https://github.com/secure-systems-lab/dsse */
export interface Envelope {
  payloadType: string;
  payload: Buffer;
  signature: Buffer;
}

/** What is signed: type and payload, each behind its length, so that neither can be read as the other. */
export function preAuthEncoding({ payloadType, payload }: Omit<Envelope, 'signature'>): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** @param privateKey EC P-256; the signature is ECDSA with SHA-256 in DER */
export function seal(content: Omit<Envelope, 'signature'>, privateKey: KeyObject): Envelope {
  return { ...content, signature: sign('sha256', preAuthEncoding(content), privateKey) };
}

export function isSealedBy(envelope: Envelope, publicKey: KeyObject): boolean {
  return verify('sha256', preAuthEncoding(envelope), publicKey, envelope.signature);
}
