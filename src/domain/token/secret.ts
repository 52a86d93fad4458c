import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `lethe_`, the token's id without dashes, and 256 random bits. The prefix lets scanners find what was leaked. */
const FORM = /^lethe_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})([\w-]{43})$/;

export function newSecret(tokenId: string): string {
  return `lethe_${tokenId.replaceAll('-', '')}${randomBytes(32).toString('base64url')}`;
}

/** Id of the token that a secret says it is of; null for what is no secret of ours. */
export function tokenIdOf(secret: string): string | null {
  return FORM.exec(secret)?.slice(1, 6).join('-') ?? null;
}

export function digestOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Takes the same time wherever they differ. */
export function isSecretOf(secret: string, digest: string): boolean {
  return timingSafeEqual(Buffer.from(digestOfSecret(secret), 'hex'), Buffer.from(digest, 'hex'));
}
