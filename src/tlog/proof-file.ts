import { fromBase64 } from './base64';
import { HASH_BYTES } from './merkle';

/** Shows offline that a log has a leaf. https://c2sp.org/tlog-proof */
export interface ProofFile {
  /** The leaf's bytes. */
  leaf: Buffer;
  /** Of the leaf in the log. */
  index: number;
  /** Inclusion proof, the leaf's sibling first. */
  hashes: Buffer[];
  /** The signed note of a checkpoint that has the leaf. */
  checkpoint: string;
}

const MAGIC = 'c2sp.org/tlog-proof@v1';

/** The leaf travels as the format's extra data: what it hashes to is what is proven. */
export function formatProofFile({ leaf, index, hashes, checkpoint }: ProofFile): string {
  const lines = [
    MAGIC,
    `extra ${leaf.toString('base64')}`,
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

export const isProofFile = (text: string): boolean => text.startsWith(`${MAGIC}\n`);

/** Null when it is not exactly what `formatProofFile` writes. */
export function parseProofFile(text: string): ProofFile | null {
  const end = text.indexOf('\n\n');
  const [, extra, place, ...rest] = text.slice(0, Math.max(end, 0)).split('\n');
  const leaf = fromBase64(extra?.slice('extra '.length) ?? '');
  const hashes = rest.map(fromBase64);
  if (!leaf || !hashes.every((hash): hash is Buffer => hash?.length === HASH_BYTES)) return null;
  const index = Number(place?.slice('index '.length));
  if (!Number.isSafeInteger(index)) return null;
  const proof = { leaf, index, hashes, checkpoint: text.slice(end + 2) };
  return formatProofFile(proof) === text ? proof : null;
}
