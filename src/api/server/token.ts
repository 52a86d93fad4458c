import { randomBytes } from 'node:crypto';
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
