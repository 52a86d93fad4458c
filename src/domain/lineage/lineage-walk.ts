import type { Database } from '../../database';
import type { LineageEdge } from './lineage-edge.entity';
import type { LineageNodeType } from './lineage-graph';

type Ends = Pick<LineageEdge, 'fromId' | 'toId'>;

/** Where a walk begins, and what it may see. */
export interface Walk {
  from: string;
  /** Against the edges (where it came from) or along them (what came of it). */
  way: 'ANCESTORS' | 'DESCENDANTS';
  /** Nodes of other types are neither seen nor passed through; all are when left out. */
  types: readonly LineageNodeType[] | null;
  asOf: Date;
  /** Most nodes, the start counted. */
  limit: number;
}

/**
 * Ids in order of distance, the start first: one recursive query. UNION drops what was met before, so a circle ends and a node
 * with many paths is read once; it works level by level and only as far as the limit asks. OFFSET 0 keeps the planner from
 * hashing the whole table for a level that it took for large.
 */
export async function walk(database: Database, { from, way, types, asOf, limit }: Walk): Promise<string[]> {
  const [near, far] = way === 'ANCESTORS' ? ['to_id', 'from_id'] : ['from_id', 'to_id'];
  const seen = types ? 'JOIN lineage_node ON lineage_node.id = next.id AND lineage_node.type = ANY($4)' : '';
  const rows = await database.query<{ id: string }>(
    `WITH RECURSIVE walk(id) AS (
       SELECT $1::uuid
       UNION
       SELECT next.id FROM walk CROSS JOIN LATERAL (
         SELECT ${far} AS id FROM lineage_edge WHERE ${near} = walk.id AND created_at <= $2 OFFSET 0
       ) AS next ${seen}
     )
     SELECT id FROM walk LIMIT $3`,
    [from, asOf, limit, ...(types ? [types] : [])],
  );
  return rows.map(({ id }) => id);
}

/** All edges whose two ends are given. Looked up where they arrive: a thing is made of few, but much may come of it. */
export async function edgesAmong(database: Database, ids: readonly string[], asOf: Date): Promise<LineageEdge[]> {
  return database.query<LineageEdge>(
    `SELECT edge.from_id AS "fromId", edge.to_id AS "toId", edge.kind, edge.share, edge.created_at AS "createdAt"
     FROM unnest($1::uuid[]) AS given(id) CROSS JOIN LATERAL (
       SELECT * FROM lineage_edge WHERE to_id = given.id AND created_at <= $2 OFFSET 0
     ) AS edge
     WHERE edge.from_id = ANY($1)`,
    [ids, asOf],
  );
}

/** The edges of each node: those that leave it or those that arrive. */
export function edgesBy<E extends Ends>(end: keyof Ends, edges: readonly E[]): Map<string, E[]> {
  const found = new Map<string, E[]>();
  for (const edge of edges) {
    const known = found.get(edge[end]);
    if (known) known.push(edge);
    else found.set(edge[end], [edge]);
  }
  return found;
}

/** Edges from the start to each node that can be reached, breadth first. */
export function distances(start: string, edges: readonly Ends[], way: Walk['way']): Map<string, number> {
  const [near, far] = way === 'ANCESTORS' ? (['toId', 'fromId'] as const) : (['fromId', 'toId'] as const);
  const next = edgesBy(near, edges);
  const found = new Map([[start, 0]]);
  for (const [id, distance] of found) {
    for (const edge of next.get(id) ?? []) if (!found.has(edge[far])) found.set(edge[far], distance + 1);
  }
  return found;
}
