import type { Database } from '../../database';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { LineageService } from '../lineage/lineage.service';
import { weightKinds } from '../lineage/lineage-graph';
import { type Refusal, refuse } from '../refusal/refusals';
import type { AskedVerification } from './check-verification';

type Models = Pick<AskedVerification, 'subject' | 'original' | 'retrained' | 'references' | 'forgetSet'>;

interface Services {
  database: Database;
  lineage: LineageService;
}

/**
 * Refuses a model to compare with that the graph knows to have seen the images: whoever chose it could have any verdict. One
 * of which nobody said what it learned from is taken at the asker's word; the plan, which certificates show, names it.
 */
export async function dependentModel({ database, lineage }: Services, models: Models): Promise<Refusal | null> {
  const { subject, original, retrained, references, forgetSet } = models;
  const given = [
    ...(retrained ? [{ model: retrained, field: 'retrainedId' }] : []),
    ...references.map((model) => ({ model, field: 'referenceIds' })),
  ];
  if (given.length === 0) return null;
  const found = await lineage.carriersOf(forgetSet.id);
  const { carriers = [], remediated = [], attempted = [] } = found ?? {};
  const learned = new Set([...carriers.map(({ checkpointId }) => checkpointId), ...remediated, ...attempted]);
  for (const { model, field } of given) {
    const above = await madeFrom(database, model, [subject, original]);
    const why = above
      ? `it is, or was made from, ${above.name}`
      : learned.has(model.id) && `it, or what it was made from, learned from images of ${forgetSet.name}`;
    if (why) return refuse('MODEL_NOT_INDEPENDENT', [field], { checkpoint: model.name, why });
  }
  return null;
}

/** The first of these that a checkpoint is, byte for byte, or has weights of; undefined when none. */
async function madeFrom(
  database: Database,
  { id, digest }: Checkpoint,
  others: readonly Checkpoint[],
): Promise<Checkpoint | undefined> {
  const rows = await database.query<{ id: string }>(
    `WITH RECURSIVE above(id) AS (
       SELECT $1::uuid
       UNION
       SELECT next.id FROM above CROSS JOIN LATERAL (
         SELECT from_id AS id FROM lineage_edge WHERE to_id = above.id AND kind = ANY($2)
         UNION ALL
         SELECT to_id FROM lineage_edge WHERE from_id = above.id AND kind = 'IDENTICAL'
         OFFSET 0
       ) AS next
     )
     SELECT id FROM above`,
    [id, weightKinds],
  );
  const above = new Set(rows.map((row) => row.id));
  return others.find((other) => other.digest === digest || above.has(other.id));
}
