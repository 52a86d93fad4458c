import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../../src/client/lethe-client';

/** A second demo begins afresh; a folder that is not the demo's own is left alone. */
export async function emptyHome(home: string): Promise<void> {
  if (existsSync(home)) {
    const ours = existsSync(join(home, 'server.log'));
    if (!ours)
      throw new ClientError(
        'HOME_NOT_OURS',
        `${home} is no folder of an earlier demo: remove it, or name another with --home`,
      );
    await rm(home, { recursive: true });
  }
  await mkdir(home, { recursive: true });
}
