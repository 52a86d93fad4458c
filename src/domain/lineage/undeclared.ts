import type { Database } from '../../database';

/** Which checkpoints are asked about: all of a project, or some. */
interface Asked {
  projectId: string;
  ids?: readonly string[];
  asOf: Date;
}

/**
 * Ids of imported checkpoints of which nobody said what they were trained on, and of whose bytes Lethe does not know it otherwise: from the
 * run or merge that made them, or from another import of the same bytes. A declared parent does not say what they were
 * fine-tuned on. Whether they carry anything is not known.
 */
export async function undeclaredOf(database: Database, { projectId, ids, asOf }: Asked): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT id FROM checkpoint AS imported
     WHERE project_id = $1 AND created_at <= $2 AND source IS NOT NULL AND ($3::uuid[] IS NULL OR id = ANY($3))
       AND NOT EXISTS (
         SELECT FROM checkpoint AS same
         WHERE same.digest = imported.digest AND same.project_id = $1 AND same.created_at <= $2 AND (
           same.source IS NULL OR EXISTS (
             SELECT FROM lineage_edge WHERE to_id = same.id AND kind = 'TRAINED' AND created_at <= $2)))
     ORDER BY created_at, id`,
    [projectId, asOf, ids ?? null],
  );
  return rows.map(({ id }) => id);
}
