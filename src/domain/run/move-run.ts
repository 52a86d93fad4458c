import type { Database } from '../../database';
import { isFinal, type RunStatus, sourcesOf } from './run-status';

/**
 * Changes a run's status, where the table of transitions allows it. Part of the caller's transaction, which holds the
 * run's lock and knows that the move is right: one that is not is our own bug.
 */
export async function moveRun(database: Database, id: string, to: RunStatus): Promise<void> {
  const moved = await database.query(
    `UPDATE run SET status = $2, finished_at = CASE WHEN $4 THEN clock_timestamp() END,
       executor_id = CASE WHEN $2 = 'QUEUED' THEN NULL ELSE executor_id END
     WHERE id = $1 AND status = ANY($3) RETURNING id`,
    [id, to, sourcesOf(to), isFinal(to)],
  );
  if (moved.length === 0) throw new Error(`internal: run ${id} cannot become ${to} from where it is`);
}
