import type { Database } from '../../src/database';
import type { LineageRequest } from '../../src/domain';
import type { LineageService } from '../../src/domain/lineage/lineage.service';
import { chainIdOf, HOPS, idOf, NODES } from './generate';

export interface Sizes {
  nodes: number;
  edges: number;
  version: string;
}

/** Times of a walk in milliseconds, pair by pair. */
export interface Compared {
  walk: string;
  found: number;
  /** The recursive query that answers ids alone. */
  ids: number[];
  /** The one that also answers the nodes, and the edges that arrive at them. */
  bare: number[];
  lethe: number[];
}

interface Case {
  walk: string;
  /** SQL for the ids to start from. */
  starts: string;
  way: 'ANCESTORS' | 'DESCENDANTS';
  maxNodes: number;
  types?: LineageRequest['types'];
}

/** Old nodes, of which more than a thousand came. */
const old = `SELECT ${idOf('n')} AS id FROM generate_series(1, 50) AS each(i), LATERAL (SELECT 1 + abs(hashint8extended(i, 7)) % 1000 AS n) AS drawn`;
const recent = `SELECT ${idOf('n')} AS id FROM generate_series(1, 50) AS each(i), LATERAL (SELECT ${NODES} - 1 - abs(hashint8extended(i, 7)) % 100000 AS n) AS drawn`;

const cases: Case[] = [
  { walk: '1,000 descendants', starts: old, way: 'DESCENDANTS', maxNodes: 1_000 },
  { walk: '1,000 ancestors', starts: recent, way: 'ANCESTORS', maxNodes: 1_000 },
  {
    walk: '1,000 descendants, checkpoints and runs alone',
    starts: old,
    way: 'DESCENDANTS',
    maxNodes: 1_000,
    types: ['CHECKPOINT', 'RUN'],
  },
  {
    walk: '1,000 that came of one dataset of 100,000',
    starts: `SELECT ${idOf('0')} AS id FROM generate_series(1, 20)`,
    way: 'DESCENDANTS',
    maxNodes: 1_000,
  },
  {
    walk: '10,000 hops of a ring',
    starts: `SELECT ${chainIdOf('n')} AS id FROM generate_series(0, 4) AS n`,
    way: 'DESCENDANTS',
    maxNodes: HOPS + 1,
  },
];

export async function compare(database: Database, lineage: LineageService): Promise<Compared[]> {
  const rows: Compared[] = [];
  for (const { walk, starts, way, maxNodes, types = null } of cases) {
    const row: Compared = { walk, found: 0, ids: [], bare: [], lethe: [] };
    const ids = await database.query<{ id: string }>(starts);
    // The first of each warms the caches.
    for (const [i, { id }] of [ids[0]!, ...ids].entries()) {
      const idsAlone = await timed(() => database.query(idsAloneSql(way, maxNodes), [id]));
      const bare = await timed(() => database.query(bareSql(way, maxNodes), [id]));
      const ours = await timed(() => lineage.of(id, { direction: way, maxDepth: 10_000, maxNodes, types }));
      const found = ours.value!.nodes.length;
      if (i === 0) continue;
      row.found = Math.max(row.found, found);
      row.ids.push(idsAlone.milliseconds);
      row.bare.push(bare.milliseconds);
      row.lethe.push(ours.milliseconds);
    }
    console.log(`${walk}: done`);
    rows.push(row);
  }
  return rows;
}

function recursion(way: Case['way']): string {
  const [near, far] = way === 'ANCESTORS' ? ['to_id', 'from_id'] : ['from_id', 'to_id'];
  return `WITH RECURSIVE walk(id) AS (
    SELECT $1::uuid UNION SELECT edge.${far} FROM walk JOIN lineage_edge AS edge ON edge.${near} = walk.id
  )`;
}

function idsAloneSql(way: Case['way'], maxNodes: number): string {
  return `${recursion(way)} SELECT id FROM walk LIMIT ${maxNodes}`;
}

function bareSql(way: Case['way'], maxNodes: number): string {
  return `${recursion(way)}, found AS (SELECT id FROM walk LIMIT ${maxNodes})
    SELECT node.*, edge.* FROM found JOIN lineage_node AS node ON node.id = found.id
      LEFT JOIN lineage_edge AS edge ON edge.to_id = found.id`;
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const began = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - began };
}
