import { createHash } from 'node:crypto';
import type { KeyPair } from './keys';
import { STATEMENT_TYPE, type Statement, signStatement } from './statement';

/** A file of a model: its path in the folder, with forward slashes, and sha256 of its bytes, hexadecimal. */
export interface ModelFile {
  path: string;
  digest: string;
}

/** The file in the folder that holds the signature, and is not signed itself. */
export const MODEL_SIGNATURE_FILE = 'model.sig';

export const MODEL_PREDICATE_TYPE = 'https://model_signing/signature/v1.0';

interface ModelPredicate {
  serialization: { method: 'files'; hash_type: 'sha256'; allow_symlinks: false; ignore_paths: string[] };
  resources: { name: string; algorithm: 'sha256'; digest: string }[];
}

/** Signs all files of a folder, in the form of OpenSSF Model Signing v1.0: what goes into `model.sig`. */
export function signModel(name: string, files: readonly ModelFile[], key: KeyPair): string {
  const resources = [...files]
    .sort((a, b) => comparePaths(a.path, b.path))
    .map(({ path, digest }) => ({ name: path, algorithm: 'sha256' as const, digest }));
  const predicate: ModelPredicate = {
    serialization: {
      method: 'files',
      hash_type: 'sha256',
      allow_symlinks: false,
      ignore_paths: [MODEL_SIGNATURE_FILE],
    },
    resources,
  };
  const subject = [{ name, digest: { sha256: rootDigest(resources) } }];
  const statement = { _type: STATEMENT_TYPE, subject, predicateType: MODEL_PREDICATE_TYPE, predicate } as const;
  return signStatement(statement, key);
}

/** The files a statement signs; null when it is not one of whole files by sha256, or contradicts itself. */
export function signedFiles({ subject, predicateType, predicate }: Statement): ModelFile[] | null {
  if (predicateType !== MODEL_PREDICATE_TYPE || subject.length !== 1) return null;
  const { serialization, resources } = (predicate ?? {}) as Partial<ModelPredicate>;
  if (serialization?.method !== 'files' || serialization.hash_type !== 'sha256' || !Array.isArray(resources))
    return null;
  const isFile = (file: ModelPredicate['resources'][number]) =>
    typeof file?.name === 'string' && file.algorithm === 'sha256' && /^[0-9a-f]{64}$/.test(file.digest);
  if (!resources.every(isFile) || rootDigest(resources) !== subject[0]!.digest.sha256) return null;
  return resources.map(({ name, digest }) => ({ path: name, digest }));
}

/** sha256 over the digests of all files, in their order. */
function rootDigest(resources: readonly { digest: string }[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(digest, 'hex');
  return hash.digest('hex');
}

/** As Python compares paths: part by part, by code points. */
function comparePaths(left: string, right: string): number {
  const [a, b] = [left.split('/'), right.split('/')];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = Buffer.compare(Buffer.from(a[i]!), Buffer.from(b[i]!));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
