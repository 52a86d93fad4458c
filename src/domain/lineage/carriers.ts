import type { Database } from '../../database';
import { SampleSet } from '../sample-set/sample-set.entity';
import type { LineageEdge } from './lineage-edge.entity';
import { weightKinds } from './lineage-graph';
import { edgesBy } from './lineage-walk';
import { undeclaredOf } from './undeclared';

/** A checkpoint that learned from forgotten samples, itself or through what it was made of. */
export interface Carrier {
  checkpointId: string;
  /** How many of the forgotten samples reach it, each image counted once. */
  samples: number;
  /** A shortest way on which some of them do, from the dataset or retain set they were learned from. */
  path: LineageEdge[];
}

/** As of when, and by whose verdicts. */
export interface CarriersAsked {
  asOf: Date;
  /** Null: a PASS by whichever policy shows that a run worked. */
  policyId: string | null;
}

export interface Carriers {
  asOf: Date;
  carriers: Carrier[];
  /** Ids of checkpoints that descend from training on the samples, and that none reaches but past a verdict of PASS. */
  remediated: string[];
  /** Ids of the others that no sample reaches: runs made them forget, and no verification says PASS. */
  attempted: string[];
  /** How many checkpoints `undeclaredOf` counts: whether they carry is not known. */
  undeclared: number;
}

/** Samples that are in the same of all datasets and sets that matter: they reach the same checkpoints. */
interface Cohort {
  sources: string[];
  count: number;
}

/** An edge along which samples pass, unless a set that its run made the model forget holds them. */
interface Passage extends LineageEdge {
  forgetSetId: string | null;
}

/**
 * The samples a forget set means, by hash: its members; for one of class names alone, every sample of these classes. A
 * checkpoint learns from the datasets it is declared to be trained on, and from the retain and calibration sets of the run that made
 * it. What a checkpoint learned passes on to what is fine-tuned, merged or unlearned from it, and to whatever has the same bytes; a
 * run stops what its own forget set means. So a checkpoint that was made to forget and then merged with a carrier, or trained on the data
 * again, carries again. Having been made to forget is an attempt: remediated is who was verified with PASS for a forget set that holds the
 * samples, and what descends from nothing else. Null when there was no such forget set.
 */
export async function carriersOf(
  database: Database,
  forgetSetId: string,
  { asOf, policyId }: CarriersAsked,
): Promise<Carriers | null> {
  const forgetSet = await database.repository(SampleSet).findOneBy({ id: forgetSetId, kind: 'FORGET' });
  if (!forgetSet || forgetSet.createdAt > asOf) return null;
  const cohorts = await cohortsOf(database, forgetSet);
  const learnedFrom = [...new Set(cohorts.flatMap(({ sources }) => sources))];
  const touched = await descendants(database, learnedFrom, asOf);
  const passages = await passagesTo(database, touched, learnedFrom, asOf);
  const passed = await passedBy(database, touched, { asOf, policyId });

  const found = new Map<string, Carrier>();
  const unproven = new Set<string>();
  for (const { sources, count } of cohorts) {
    const stopped = ({ forgetSetId: stop }: Passage) => stop !== null && sources.includes(stop);
    const carrying = reach(sources, passages, stopped);
    // A verdict shows that an attempt worked; of who was never made to forget it shows nothing.
    const verified = ({ toId }: Passage) =>
      !carrying.has(toId) && (passed.get(toId) ?? []).some((id) => sources.includes(id));
    for (const [checkpointId, path] of carrying) {
      const known = found.get(checkpointId);
      const shortest = known && known.path.length <= path.length ? known.path : path;
      found.set(checkpointId, { checkpointId, samples: (known?.samples ?? 0) + count, path: shortest });
    }
    for (const [checkpointId] of reach(sources, passages, verified)) unproven.add(checkpointId);
  }
  const checkpoints = new Set(touched);
  const carriers = [...found.values()].filter(({ checkpointId }) => checkpoints.has(checkpointId));
  const forgot = touched.filter((id) => !found.has(id));
  return {
    asOf,
    carriers: carriers.sort((a, b) => a.path.length - b.path.length || (a.checkpointId < b.checkpointId ? -1 : 1)),
    remediated: forgot.filter((id) => !unproven.has(id)),
    attempted: forgot.filter((id) => unproven.has(id)),
    undeclared: (await undeclaredOf(database, { projectId: forgetSet.projectId, asOf })).length,
  };
}

/**
 * `sources` are datasets somebody trained on, sets a run taught, and sets that a model was made to forget or verified for. Of the set's project: an image
 * may be in another one too.
 */
async function cohortsOf(database: Database, { id, projectId }: SampleSet): Promise<Cohort[]> {
  return database.query<Cohort>(
    `WITH forgotten AS (
       SELECT hash FROM sample_set_member WHERE set_id = $1
       UNION
       SELECT sample.hash FROM sample_set JOIN sample ON sample_set.classes ? sample.class_name
         JOIN dataset ON dataset.id = sample.dataset_id AND dataset.project_id = sample_set.project_id
       WHERE sample_set.id = $1 AND sample_set.dataset_id IS NULL
     ), trained AS (
       SELECT id FROM dataset
       WHERE project_id = $2 AND EXISTS (SELECT FROM lineage_edge WHERE from_id = dataset.id AND kind = 'TRAINED')
     ), used AS (
       SELECT retain_set_id AS id FROM run WHERE project_id = $2 AND result_id IS NOT NULL
       UNION SELECT calibration_set_id FROM run WHERE project_id = $2 AND result_id IS NOT NULL
       UNION SELECT forget_set_id FROM run WHERE project_id = $2 AND result_id IS NOT NULL
       UNION SELECT forget_set_id FROM verification WHERE project_id = $2 AND verdict = 'PASS'
     ), held AS (
       SELECT hash, trained.id FROM forgotten JOIN sample USING (hash) JOIN trained ON trained.id = sample.dataset_id
       UNION
       SELECT hash, used.id FROM forgotten JOIN sample_set_member AS member USING (hash) JOIN used ON used.id = member.set_id
       UNION
       SELECT hash, used.id FROM forgotten JOIN sample USING (hash)
         JOIN sample_set ON sample_set.classes ? sample.class_name JOIN used ON used.id = sample_set.id
       WHERE sample_set.kind = 'FORGET' AND sample_set.dataset_id IS NULL
     ), signed AS (
       SELECT array_agg(id ORDER BY id) AS sources FROM held GROUP BY hash
     )
     SELECT sources, count(*) AS count FROM signed GROUP BY sources`,
    [id, projectId],
  );
}

/** Checkpoints that learned from any of these datasets and sets, all that is made of them, and all that is equal to one of these. */
async function descendants(database: Database, learnedFrom: string[], asOf: Date): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `WITH RECURSIVE touched(id) AS (
       (SELECT to_id FROM lineage_edge WHERE from_id = ANY($1) AND kind = 'TRAINED' AND created_at <= $2
        UNION
        SELECT run.result_id FROM run JOIN lineage_edge AS made ON made.to_id = run.result_id AND made.kind = 'GENERATED'
        WHERE (run.retain_set_id = ANY($1) OR run.calibration_set_id = ANY($1)) AND made.created_at <= $2)
       UNION
       SELECT next.to_id FROM touched CROSS JOIN LATERAL (
         SELECT to_id FROM lineage_edge WHERE from_id = touched.id AND kind = ANY($3) AND created_at <= $2
         UNION ALL
         SELECT from_id FROM lineage_edge WHERE to_id = touched.id AND kind = 'IDENTICAL' AND created_at <= $2
         OFFSET 0
       ) AS next
     )
     SELECT id FROM touched`,
    [learnedFrom, asOf, weightKinds],
  );
  return rows.map(({ id }) => id);
}

/** Every edge by which samples of these datasets and sets may come to these checkpoints; between equal ones, both ways. */
async function passagesTo(
  database: Database,
  checkpoints: string[],
  learnedFrom: string[],
  asOf: Date,
): Promise<Passage[]> {
  return database.query<Passage>(
    `WITH passage AS (
       SELECT from_id, to_id, kind, share, created_at FROM lineage_edge
       WHERE to_id = ANY($1) AND (kind = ANY($3) OR kind = 'GENERATED' OR kind = 'TRAINED' AND from_id = ANY($2))
       UNION ALL
       SELECT to_id, from_id, kind, share, created_at FROM lineage_edge WHERE from_id = ANY($1) AND kind = 'IDENTICAL'
       UNION ALL
       SELECT from_id, to_id, edge.kind, share, edge.created_at FROM lineage_edge AS edge JOIN run ON run.id = edge.to_id
       WHERE run.result_id = ANY($1) AND edge.from_id = ANY($2) AND edge.from_id IN (run.retain_set_id, run.calibration_set_id)
     )
     SELECT from_id AS "fromId", to_id AS "toId", passage.kind, share, passage.created_at AS "createdAt",
       CASE WHEN passage.kind = 'UNLEARNED' THEN run.forget_set_id END AS "forgetSetId"
     FROM passage LEFT JOIN checkpoint ON checkpoint.id = to_id LEFT JOIN run ON run.id = checkpoint.run_id
     WHERE passage.created_at <= $4
     ORDER BY passage.created_at, from_id, to_id`,
    [checkpoints, learnedFrom, weightKinds, asOf],
  );
}

/** The forget sets of which the newest verification of each checkpoint says PASS. */
async function passedBy(
  database: Database,
  checkpoints: string[],
  { asOf, policyId }: CarriersAsked,
): Promise<Map<string, string[]>> {
  const rows = await database.query<{ checkpointId: string; forgetSetIds: string[] }>(
    `WITH newest AS (
       SELECT DISTINCT ON (checkpoint_id, forget_set_id) checkpoint_id, forget_set_id, verdict FROM verification
       WHERE checkpoint_id = ANY($1) AND status = 'SUCCEEDED' AND finished_at <= $2 AND ($3::uuid IS NULL OR policy_id = $3)
       ORDER BY checkpoint_id, forget_set_id, finished_at DESC, id DESC
     )
     SELECT checkpoint_id AS "checkpointId", array_agg(forget_set_id) AS "forgetSetIds"
     FROM newest WHERE verdict = 'PASS' GROUP BY checkpoint_id`,
    [checkpoints, asOf, policyId],
  );
  return new Map(rows.map(({ checkpointId, forgetSetIds }) => [checkpointId, forgetSetIds]));
}

/** Whom the samples of these sources reach where nothing holds them up, breadth first, each with the way there. */
function reach(
  sources: string[],
  passages: Passage[],
  held: (passage: Passage) => boolean,
): Map<string, LineageEdge[]> {
  const open = passages.filter((passage) => !held(passage));
  const leaving = edgesBy('fromId', open);
  const arrivals = new Map<string, LineageEdge | null>(sources.map((id) => [id, null]));
  for (const [id] of arrivals) {
    for (const { forgetSetId: _, ...edge } of leaving.get(id) ?? []) {
      if (!arrivals.has(edge.toId)) arrivals.set(edge.toId, edge);
    }
  }
  const wayTo = (id: string): LineageEdge[] => {
    const way: LineageEdge[] = [];
    for (let edge = arrivals.get(id); edge; edge = arrivals.get(edge.fromId)) way.unshift(edge);
    return way;
  };
  return new Map([...arrivals].filter(([, edge]) => edge !== null).map(([id]) => [id, wayTo(id)]));
}
