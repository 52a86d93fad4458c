import type { Database } from '../../database';
import type { AuditLog } from '../audit/audit-log';
import { Run } from './run.entity';
import { isFinal, type RunStatus, sourcesOf } from './run-status';

const actions: Record<RunStatus, string> = {
  QUEUED: 'RUN_REQUEUED',
  RUNNING: 'RUN_STARTED',
  SUCCEEDED: 'RUN_SUCCEEDED',
  FAILED: 'RUN_FAILED',
  CANCELLED: 'RUN_CANCELLED',
};

/**
 * Changes a run's status, where the table of transitions allows it, and says so in the audit log. Part of the caller's
 * transaction, which holds the run's lock, has written what else changes, and knows that the move is right: one that is not is our own bug.
 */
export async function moveRun(
  { database, audit }: { database: Database; audit: AuditLog },
  id: string,
  to: RunStatus,
): Promise<void> {
  const runs = database.repository(Run);
  const { status, attempts, projectId, resultId, error } = await runs.findOneByOrFail({ id });
  const moved = await database.query(
    `UPDATE run SET status = $2, finished_at = CASE WHEN $4 THEN clock_timestamp() END,
       executor_id = CASE WHEN $2 = 'QUEUED' THEN NULL ELSE executor_id END
     WHERE id = $1 AND status = ANY($3) RETURNING id`,
    [id, to, sourcesOf(to), isFinal(to)],
  );
  if (moved.length === 0) throw new Error(`internal: run ${id} cannot become ${to} from where it is`);
  await audit.record({
    action: actions[to],
    subject: { type: 'RUN', id },
    before: { status },
    after: { status: to, attempts, resultId, error: error?.code ?? null },
    projectId,
  });
}
