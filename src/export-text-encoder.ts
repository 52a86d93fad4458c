import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exportCheckpoint } from './client/export-checkpoint';
import type { LetheClient } from './client/lethe-client';
import { exportTextEncoder, readCheckpoint, type TextEncoder } from './clip';

/**
 * Downloads a checkpoint of a running server and writes only its text encoder, as diffusers and transformers load it.
 * The server sends files as they are stored, so the conversion is done here.
 *
 * @throws ClientError when the server does not know the checkpoint or cannot be asked
 */
export async function exportTextEncoderOf(
  client: LetheClient,
  checkpointId: string,
  folder: string,
  encoder: TextEncoder,
): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  // Beside the result, because a temporary folder of the system may be too small for a large model.
  const download = await mkdtemp(join(folder, '.checkpoint-'));
  try {
    await exportCheckpoint(client, checkpointId, download);
    const checkpoint = await readCheckpoint(download);
    await exportTextEncoder(folder, checkpoint, checkpoint.weights, encoder);
  } catch (error) {
    // What was made for a result that there is none of goes, so that the folder does not look like one.
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}
