import { stat } from 'node:fs/promises';
import { DataRefusal, scanDataset } from '../data';
import { type DatasetReader, Refusal, refuse } from '../domain';
import type { ImportFolders } from './import-folders';
import { unreadable } from './unreadable';

/** How a server takes datasets in: hashes and decodes every image, and keeps none of them. @param folders where paths may lead to */
export function datasetIntake(folders: ImportFolders): DatasetReader {
  return async (source) => {
    const path = await folders.admit(source);
    if (path instanceof Refusal) return path;
    try {
      const { kind, digest, classes, samples } = await scanDataset(path);
      const isFile = (await stat(path)).isFile();
      return {
        format: kind === 'CAPTIONED' ? 'CAPTIONS' : isFile ? 'TAR' : 'CLASS_FOLDERS',
        source: path,
        digest,
        classes: [...classes],
        samples: samples.map(({ hash, name, label, caption }) => ({ hash, path: name, className: label, caption })),
      };
    } catch (error) {
      const reason = error instanceof DataRefusal ? `${error.code}: ${error.message}` : unreadable(error, path);
      if (reason === null) throw error;
      return refuse('DATASET_UNREADABLE', ['source'], { source, reason });
    }
  };
}
