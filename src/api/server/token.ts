import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The token of this server: the one configured, else the one in `$LETHE_HOME/token`, written on first start with mode
 * 0600. Two servers that start at once on one folder agree: the file is created exclusively, the loser reads it.
 */
export async function loadToken(home: string, configured?: string): Promise<string> {
  if (configured) return configured;
  const path = join(home, 'token');
  await mkdir(home, { recursive: true, mode: 0o700 });
  try {
    const token = randomBytes(24).toString('base64url');
    await writeFile(path, `${token}\n`, { mode: 0o600, flag: 'wx' });
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await chmod(path, 0o600);
  const token = (await readFile(path, 'utf8')).trim();
  if (token.length < 16)
    throw new Error(`The token in ${path} is too short: delete the file to have a new one written`);
  return token;
}

/** Says whether a client may come in. Without a token (authentication switched off) everybody may. */
export class Gate {
  private readonly expected: Buffer | undefined;

  constructor(token: string | undefined) {
    this.expected = token === undefined ? undefined : digest(token);
  }

  get open(): boolean {
    return this.expected === undefined;
  }

  /** @param credentials an `Authorization` header (`Bearer ...`) or the bare token */
  admits(credentials: unknown): boolean {
    if (this.expected === undefined) return true;
    if (typeof credentials !== 'string') return false;
    const token = credentials.replace(/^Bearer\s+/i, '').trim();
    // Digests have one length, so the comparison takes the same time whatever was sent.
    return timingSafeEqual(digest(token), this.expected);
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
