import type { ArtifactStore } from '../artifacts';
import type { NewArtifact } from '../domain';
import type { ArtifactReport } from '../trainer/messages';

/** Puts a trainer's artifact into the store. The file stays where it is: a write that has to be repeated reads it again. */
export async function storedArtifact(store: ArtifactStore, report: ArtifactReport): Promise<NewArtifact> {
  const { name, title, mediaType, file } = report;
  return { name, title, mediaType, ...(await store.put(file)) };
}
