import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** What Lethe signs with. */
export interface SigningKeys {
  /** Ed25519: checkpoints of the log. */
  log: KeyPair;
  /** EC P-256: certificates and checkpoint folders. */
  documents: KeyPair;
}

/** A key file that cannot be used. */
export class KeyUnusable extends Error {
  readonly code = 'KEY_UNUSABLE';
}

/** What each key must be, and how a new one is made. */
const kinds = {
  log: {
    title: 'an Ed25519 key',
    make: () => generateKeyPairSync('ed25519').privateKey,
    fits: ({ asymmetricKeyType }: KeyObject) => asymmetricKeyType === 'ed25519',
  },
  documents: {
    title: 'an EC key on P-256',
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    fits: ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) =>
      asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1',
  },
} as const;

/**
 * The keys in these PEM files, else those in `folder`, made on first use with mode 0600. Processes that start at once on
 * one folder agree. @throws KeyUnusable
 */
export async function loadSigningKeys(
  folder: string,
  given: { log?: string | undefined; documents?: string | undefined } = {},
): Promise<SigningKeys> {
  const load = async (kind: keyof typeof kinds) => {
    const own = join(folder, `${kind}.pem`);
    if (given[kind] === undefined) await makeKey(own, kinds[kind].make);
    return readKey(given[kind] ?? own, kind);
  };
  return { log: await load('log'), documents: await load('documents') };
}

/** Written aside and linked: the file appears whole, and a second process keeps the first one's. */
async function makeKey(path: string, make: () => KeyObject): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  const aside = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(aside, make().export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
    await link(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await chmod(path, 0o600);
  } finally {
    await rm(aside, { force: true });
  }
}

async function readKey(path: string, kind: keyof typeof kinds): Promise<KeyPair> {
  const { title, fits } = kinds[kind];
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(await readFile(path, 'utf8'));
  } catch (error) {
    throw new KeyUnusable(`the key in ${path} cannot be read: ${(error as Error).message}`);
  }
  if (!fits(privateKey)) throw new KeyUnusable(`the key in ${path} must be ${title}`);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
