import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactMediaType } from './messages';
import type { Send } from './reporter';

/** Keeps bytes for people to look at. A second artifact of a name takes the place of the first. */
export type ArtifactWriter = (
  name: string,
  title: string,
  mediaType: ArtifactMediaType,
  bytes: Uint8Array | string,
) => Promise<void>;

const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** Writes artifacts into the attempt's scratch folder, each to a file of its own, and tells the executor. */
export function artifactWriter(scratch: string, send: Send): ArtifactWriter {
  const folder = join(scratch, 'artifacts');
  let count = 0;
  return async (name, title, mediaType, bytes) => {
    if (!NAME.test(name)) {
      throw new Error(`an artifact's name is lower-case letters, digits, dots and dashes, not ${JSON.stringify(name)}`);
    }
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${count++}-${name}`);
    await writeFile(file, bytes);
    send({ type: 'artifact', name, title, mediaType, file });
  };
}
