import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ArtifactMissing, type ArtifactStore, type Digest } from './artifact-store';
import { digestOfFile, verifying } from './verify';

/** Artifacts as objects `<prefix><digest>` of a bucket: for executors on several machines. */
export class S3Store implements ArtifactStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(client: S3Client, bucket: string, prefix = '') {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async put(file: string): Promise<{ digest: Digest; bytes: number }> {
    const digest = await digestOfFile(file);
    const { size } = await stat(file);
    if (!(await this.has(digest))) {
      await this.#client.send(
        new PutObjectCommand({
          ...this.#at(digest),
          Body: createReadStream(file),
          ContentLength: size,
          // The server compares what arrived with this, so a file that changed under way is refused.
          ChecksumSHA256: Buffer.from(digest, 'hex').toString('base64'),
        }),
      );
    }
    return { digest, bytes: size };
  }

  async has(digest: Digest): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand(this.#at(digest)));
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  async open(digest: Digest): Promise<Readable> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#at(digest)));
      if (!(Body instanceof Readable)) throw new Error('internal: S3 answered without a stream');
      const verified = verifying(digest);
      Body.on('error', (error) => verified.destroy(error));
      return Body.pipe(verified);
    } catch (error) {
      if (error instanceof NoSuchKey) throw new ArtifactMissing(digest);
      throw error;
    }
  }

  async delete(digest: Digest): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#at(digest)));
  }

  #at(digest: Digest) {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${digest}` };
  }
}
