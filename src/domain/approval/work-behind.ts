import type { Database } from '../../database';
import type { Party } from '../actor/actor';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import { CheckpointMerge } from '../merge/checkpoint-merge.entity';
import { type Refusal, refuse } from '../refusal/refusals';
import { Run } from '../run/run.entity';

/** By what a checkpoint came to be, and whose work that was. */
export interface Work {
  /** Such as `run 7d6f...`. */
  label: string;
  by: Party;
  /** What somebody is told who would decide about their own. */
  own(name: string, path: string[]): Refusal;
}

/**
 * The work behind a checkpoint: its run, its merge or its import; null where it is not known whose it was. Imports count because the
 * result of a run, fetched and imported again, is the same bytes; what a checkpoint was made from is not looked at.
 */
export async function workBehind(database: Database, checkpoint: Checkpoint): Promise<Work | null> {
  const { id, runId, mergeId, importedBy, importedByVouchers } = checkpoint;
  if (runId) {
    const run = await database.repository(Run).findOneByOrFail({ id: runId });
    return workOf(`run ${runId}`, run.requestedBy, run.requestedByVouchers, (name, path) =>
      refuse('APPROVAL_OF_OWN_RUN', path, { run: runId, name }),
    );
  }
  if (mergeId) {
    const merge = await database.repository(CheckpointMerge).findOneByOrFail({ id: mergeId });
    return workOf(`merge ${mergeId}`, merge.requestedBy, merge.requestedByVouchers, (name, path) =>
      refuse('APPROVAL_OF_OWN_MERGE', path, { merge: mergeId, name }),
    );
  }
  return workOf(`imported checkpoint ${id}`, importedBy, importedByVouchers, (name, path) =>
    refuse('APPROVAL_OF_OWN_IMPORT', path, { checkpoint: checkpoint.name, name }),
  );
}

function workOf(label: string, id: string | null, vouchers: string[] | null, own: Work['own']): Work | null {
  return id === null ? null : { label, by: { id, vouchers: vouchers ?? [] }, own };
}
