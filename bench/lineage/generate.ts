import type { Database } from '../../src/database';
import { DEFAULT_PROJECT } from '../../src/domain/actor/actor';

export const NODES = 1_000_000;
/** Hops of the chain beside the graph, whose end is tied to its beginning. */
export const HOPS = 10_000;
/** Node 0 is a dataset that one node in so many came of. */
const HUB_EVERY = 10;

/** The id of a node of the graph; scattered, as random ids are. */
export const idOf = (n: string): string => `md5('node ' || ${n})::uuid`;
export const chainIdOf = (n: string): string => `md5('link ' || ${n})::uuid`;

/**
 * A million nodes and three million edges: every node came of three earlier ones, one of them a third as old (a tree with three
 * branches), two anywhere; one in ten came of one dataset. Beside it a chain of ten thousand hops that ends where it begins.
 * Foreign keys are made anew afterwards, which checks them once.
 */
export async function generate(database: Database): Promise<void> {
  const kinds = `(ARRAY['UNLEARNED', 'MERGED', 'FINE_TUNED', 'USED', 'GENERATED'])[1 + n % 5]`;
  const earlier = (salt: number) => `(abs(hashint8extended(n, ${salt})) % n)`;
  for (const statement of [
    'ALTER TABLE lineage_edge DROP CONSTRAINT lineage_edge_from_id_fkey, DROP CONSTRAINT lineage_edge_to_id_fkey',
    'ALTER TABLE lineage_edge DROP CONSTRAINT lineage_edge_pkey',
    'DROP INDEX lineage_edge_to_id_from_id_kind_created_at_share_idx',
    `INSERT INTO lineage_node (project_id, id, type, label)
     SELECT '${DEFAULT_PROJECT}', ${idOf('n')}, (ARRAY['CHECKPOINT', 'RUN', 'EVALUATION', 'MERGE', 'DATASET'])[1 + n % 5], 'node ' || n
     FROM generate_series(0, ${NODES - 1}) AS n`,
    `INSERT INTO lineage_edge (from_id, to_id, kind)
     SELECT DISTINCT ${idOf('source')}, ${idOf('n')}, ${kinds}
     FROM generate_series(1, ${NODES - 1}) AS n,
       LATERAL (VALUES (n / 3), (${earlier(1)}), (CASE WHEN n % ${HUB_EVERY} = 0 THEN 0 ELSE ${earlier(2)} END)) AS each(source)`,
    `INSERT INTO lineage_node (project_id, id, type, label)
     SELECT '${DEFAULT_PROJECT}', ${chainIdOf('n')}, 'CHECKPOINT', 'link ' || n FROM generate_series(0, ${HOPS}) AS n`,
    `INSERT INTO lineage_edge (from_id, to_id, kind)
     SELECT ${chainIdOf('n')}, ${chainIdOf(`(n + 1) % ${HOPS + 1}`)}, 'FINE_TUNED' FROM generate_series(0, ${HOPS}) AS n`,
    'ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_pkey PRIMARY KEY (from_id, to_id, kind)',
    `CREATE INDEX lineage_edge_to_id_from_id_kind_created_at_share_idx
     ON lineage_edge (to_id, from_id, kind, created_at, share)`,
    'ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_from_id_fkey FOREIGN KEY (from_id) REFERENCES lineage_node(id)',
    'ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_to_id_fkey FOREIGN KEY (to_id) REFERENCES lineage_node(id)',
    'VACUUM ANALYZE lineage_node',
    'VACUUM ANALYZE lineage_edge',
  ]) {
    await database.query(statement);
  }
}
