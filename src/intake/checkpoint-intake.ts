import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type CheckpointReader, refuse } from '../domain';
import { downloadFromHub, HubRefused } from './hub-download';
import type { Inspection } from './inspect-checkpoint';

/**
 * How a server takes checkpoints in: finds the files, checks every tensor, describes them. The checking converts
 * hundreds of megabytes and runs in a thread of its own, so that the server goes on answering.
 * @param cache folder for what is downloaded from the Hugging Face hub
 */
export function checkpointIntake(cache: string): CheckpointReader {
  return async (source) => {
    const unreadable = (reason: string) => refuse('CHECKPOINT_UNREADABLE', ['source'], { source, reason });
    try {
      const path = source.startsWith('hf:') ? await downloadFromHub(source.slice(3), cache) : localPath(source);
      const inspection = await inspect(path);
      return inspection.ok ? inspection.checkpoint : unreadable(inspection.reason);
    } catch (error) {
      if (error instanceof HubRefused) return unreadable(error.message);
      throw error;
    }
  };
}

/** A path or `file:` URL as an absolute path. */
export function localPath(source: string): string {
  return source.startsWith('file://') ? fileURLToPath(source) : resolve(source.replace(/^file:/, ''));
}

function inspect(path: string): Promise<Inspection> {
  return new Promise((resolveInspection, reject) => {
    const worker = new Worker(require.resolve('./inspect-checkpoint'), { workerData: path });
    worker.once('message', resolveInspection);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`internal: the inspection of ${path} ended with ${code}`)));
  });
}
