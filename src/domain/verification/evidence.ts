import type { Database } from '../../database';
import { weightKinds } from '../lineage/lineage-graph';
import { SampleSet } from '../sample-set/sample-set.entity';
import { Verification } from './verification.entity';

/** What a checkpoint is not to know any more, and the one that knew it. */
export interface Forgotten {
  forgetSetId: string;
  originalId: string;
}

/** What evidence has to be about before it counts. */
export interface EvidenceAbout extends Forgotten {
  checkpointId: string;
  /** Null: by whichever policy. */
  policyId: string | null;
}

/**
 * The newest verification that came to an end and is about exactly this, with its forget set. Another forget set of the same samples is the same one; for one that
 * only names classes it takes images of these classes and of no others.
 */
export async function newestEvidence(database: Database, about: EvidenceAbout): Promise<Verification | null> {
  const { checkpointId, originalId, forgetSetId, policyId } = about;
  const query = database
    .repository(Verification)
    .createQueryBuilder('verification')
    .innerJoinAndSelect('verification.forgetSet', 'shown')
    .innerJoin(SampleSet, 'meant', 'meant.id = :forgetSetId', { forgetSetId })
    .where(`verification.status = 'SUCCEEDED'`)
    .andWhere('verification.checkpointId = :checkpointId', { checkpointId })
    .andWhere('verification.originalId = :originalId', { originalId })
    .andWhere('shown.classes @> meant.classes AND shown.classes <@ meant.classes')
    .andWhere(
      `(shown.digest = meant.digest OR meant.datasetId IS NULL AND NOT EXISTS (
         SELECT FROM sample_set_member AS member
         JOIN sample ON sample.dataset_id = shown.datasetId AND sample.position = member.position
         WHERE member.set_id = shown.id AND NOT COALESCE(meant.classes @> to_jsonb(sample.class_name), false)))`,
    );
  if (policyId !== null) query.andWhere('verification.policyId = :policyId', { policyId });
  return query.orderBy('verification.finishedAt', 'DESC').addOrderBy('verification.id', 'DESC').limit(1).getOne();
}

/**
 * What a checkpoint has to be shown to have forgotten: what the run that made it was to make it forget; of one that was merged or tuned, what the
 * nearest runs it comes from were. One that comes from no run is held to everything it was verified about by this policy.
 */
export async function toBeForgotten(database: Database, checkpointId: string, policyId: string): Promise<Forgotten[]> {
  const byRuns = await database.query<Forgotten>(
    `WITH RECURSIVE above(id) AS (
       SELECT $1::uuid
       UNION
       SELECT edge.from_id FROM above
       JOIN checkpoint ON checkpoint.id = above.id AND checkpoint.run_id IS NULL
       JOIN lineage_edge AS edge ON edge.to_id = above.id AND edge.kind = ANY($2)
     )
     SELECT DISTINCT run.forget_set_id AS "forgetSetId", run.checkpoint_id AS "originalId"
     FROM above JOIN checkpoint ON checkpoint.id = above.id JOIN run ON run.id = checkpoint.run_id`,
    [checkpointId, weightKinds],
  );
  if (byRuns.length > 0) return byRuns;
  return database.query<Forgotten>(
    `SELECT DISTINCT forget_set_id AS "forgetSetId", original_id AS "originalId" FROM verification
     WHERE checkpoint_id = $1 AND policy_id = $2 AND status = 'SUCCEEDED'`,
    [checkpointId, policyId],
  );
}
