import { In } from 'typeorm';
import type { Database } from '../../database';
import { isId } from '../listing/cursor';
import { projectOfNew } from '../project/owned';
import { Artifact } from './artifact.entity';

/** An artifact whose bytes are in the store already. */
export type NewArtifact = Pick<Artifact, 'name' | 'title' | 'mediaType' | 'digest' | 'bytes'>;

/** Whose it is: a run's or an evaluation's. */
export type ArtifactOwner = { runId: string } | { evaluationId: string };

/** Rows of artifacts. Who may write them is checked by the services of runs and evaluations, within their transactions. */
export class ArtifactService {
  constructor(readonly database: Database) {}

  /**
   * Adds an artifact, or takes it for the one of that name that its owner already has: a retried attempt makes them
   * again. Its id stays. Null when nothing changed.
   */
  async record(owner: ArtifactOwner, { name, title, mediaType, digest, bytes }: NewArtifact): Promise<string | null> {
    const [column, id] = 'runId' in owner ? ['run_id', owner.runId] : ['evaluation_id', owner.evaluationId];
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO artifact AS old (${column}, name, title, media_type, digest, bytes, project_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (${column}, name) DO UPDATE
         SET title = excluded.title, media_type = excluded.media_type, digest = excluded.digest, bytes = excluded.bytes
         WHERE (old.title, old.media_type, old.digest) <> (excluded.title, excluded.media_type, excluded.digest)
       RETURNING id`,
      [id, name, title, mediaType, digest, bytes, projectOfNew()],
    );
    return row?.id ?? null;
  }

  async get(id: string): Promise<Artifact | null> {
    return isId(id) ? this.database.repository(Artifact).findOneBy({ id }) : null;
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<Artifact[]> {
    return this.database.repository(Artifact).findBy({ id: In([...ids]) });
  }

  /** Those of some runs or evaluations, in the order they came; for dataloaders. */
  async ofOwners(owner: 'runId' | 'evaluationId', ids: readonly string[]): Promise<Artifact[]> {
    return this.database
      .repository(Artifact)
      .find({ where: { [owner]: In([...ids]) }, order: { createdAt: 'ASC', name: 'ASC' } });
  }
}
