import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type ClipConfig, readCheckpoint } from '../clip';
import { locateCheckpoint } from '../clip/checkpoint/locate-checkpoint';
import { CheckpointRefused } from '../clip/refusal';
import type { Architecture, Layout, ReadCheckpoint } from '../domain';
import { unreadable } from './unreadable';

/** What an inspection found: a sound checkpoint, or why it is none. */
export type Inspection = { ok: true; checkpoint: ReadCheckpoint } | { ok: false; reason: string };

const architectures = { vit: 'VIT', 'modified-resnet': 'MODIFIED_RESNET' } as const satisfies Record<
  ClipConfig['family'],
  Architecture
>;
const layouts = {
  'hugging-face': 'HUGGING_FACE',
  openai: 'OPENAI',
  'open-clip': 'OPEN_CLIP',
} as const satisfies Record<ClipConfig['layout'], Layout>;

/** Reads all of a checkpoint, so that what is registered is known to load. */
export async function inspectCheckpoint(path: string): Promise<Inspection> {
  try {
    const { config, weights } = await readCheckpoint(path);
    const { folder, weightFiles, companions } = await locateCheckpoint(path);
    const index = weightFiles.length > 1 ? ['model.safetensors.index.json'] : [];
    let parameterCount = 0;
    for (const { data } of weights.values()) parameterCount += data.length;
    return {
      ok: true,
      checkpoint: {
        folder,
        paths: [...weightFiles, ...index, ...companions.keys()],
        architecture: architectures[config.family],
        layout: layouts[config.layout],
        parameterCount,
        config: { ...config },
      },
    };
  } catch (error) {
    const reason = error instanceof CheckpointRefused ? `${error.code}: ${error.message}` : unreadable(error, path);
    if (reason === null) throw error;
    return { ok: false, reason };
  }
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  // A rejection becomes the worker's `error` event.
  void inspectCheckpoint(String(workerData)).then((inspection) => port.postMessage(inspection));
}
