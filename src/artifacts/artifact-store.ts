import type { Readable } from 'node:stream';

/** sha256 of the bytes, hexadecimal: the name of an artifact and its checksum in one. */
export type Digest = string;

export const DIGEST = /^[0-9a-f]{64}$/;

/** Bytes by their digest. What was put stays the same for ever; reading checks it. */
export interface ArtifactStore {
  /** Stores a file of this machine; a second time it is found to be there already. Durable when it resolves. */
  put(file: string): Promise<{ digest: Digest; bytes: number }>;
  has(digest: Digest): Promise<boolean>;
  /** The bytes; the stream fails at its end when they are not what the digest says. @throws ArtifactMissing */
  open(digest: Digest): Promise<Readable>;
  delete(digest: Digest): Promise<void>;
}

export class ArtifactMissing extends Error {
  readonly code = 'ARTIFACT_MISSING';
  constructor(digest: Digest) {
    super(
      `artifact ${digest} is not in this process's store: processes that share a database share the store too, ` +
        'by LETHE_S3_BUCKET or by one folder for $LETHE_HOME/artifacts',
    );
  }
}

export class ArtifactCorrupt extends Error {
  readonly code = 'ARTIFACT_CORRUPT';
  constructor(digest: Digest, found: Digest) {
    super(`artifact ${digest} has been damaged: its bytes now have the digest ${found}`);
  }
}
