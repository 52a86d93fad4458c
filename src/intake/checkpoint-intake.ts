import { Worker } from 'node:worker_threads';
import { type CheckpointReader, Refusal, refuse } from '../domain';
import { downloadFromHub, HubRefused } from './hub-download';
import type { ImportFolders } from './import-folders';
import type { Inspection } from './inspect-checkpoint';

/**
 * How a server takes checkpoints in: finds the files, checks every tensor, describes them. The checking converts
 * hundreds of megabytes and runs in a thread of its own, so that the server goes on answering.
 * @param folders where paths may lead to; what comes from the Hugging Face hub is none of them
 * @param cache folder for what is downloaded from there
 */
export function checkpointIntake(folders: ImportFolders, cache: string): CheckpointReader {
  return async (source) => {
    const unreadable = (reason: string) => refuse('CHECKPOINT_UNREADABLE', ['source'], { source, reason });
    try {
      const ofHub = source.startsWith('hf:');
      const path = ofHub ? await downloadFromHub(source.slice(3), cache) : await folders.admitCheckpoint(source);
      if (path instanceof Refusal) return path;
      const inspection = await inspect(path);
      return inspection.ok ? inspection.checkpoint : unreadable(inspection.reason);
    } catch (error) {
      if (error instanceof HubRefused) return unreadable(error.message);
      throw error;
    }
  };
}

function inspect(path: string): Promise<Inspection> {
  return new Promise((resolveInspection, reject) => {
    const worker = new Worker(require.resolve('./inspect-checkpoint'), { workerData: path });
    worker.once('message', resolveInspection);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`internal: the inspection of ${path} ended with ${code}`)));
  });
}
