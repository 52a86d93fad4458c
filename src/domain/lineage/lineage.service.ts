import { Any } from 'typeorm';
import type { Database } from '../../database';
import { currentProject } from '../actor/actor';
import { isId } from '../listing/cursor';
import { projectOfNew } from '../project/owned';
import { Misuse } from '../refusal/misuse';
import { type Carriers, type CarriersAsked, carriersOf } from './carriers';
import { hiddenTypes } from './hidden-types';
import { LineageEdge } from './lineage-edge.entity';
import { lineageChannel } from './lineage-feed';
import { type LineageNodeType, lineageNodeTypeNames } from './lineage-graph';
import { LineageNode } from './lineage-node.entity';
import { distances, edgesAmong, type Walk, walk } from './lineage-walk';

export type LineageDirection = 'ANCESTORS' | 'DESCENDANTS' | 'BOTH';

export interface LineageRequest {
  direction?: LineageDirection | null;
  /** Edges from the start; 1 to 10,000, 10 when left out. */
  maxDepth?: number | null;
  /** 1 to 20,000, 200 when left out. The nearest are kept. */
  maxNodes?: number | null;
  /** Nodes of other types are neither shown nor passed through; the start always is. All types when left out. */
  types?: LineageNodeType[] | null;
  /** The graph as it stood then, not later than now; as it stands when left out. */
  asOf?: Date | null;
}

export interface Lineage {
  /** Nearest first; depth is negative for ancestors, 0 for the start. */
  nodes: { node: LineageNode; depth: number }[];
  /** Every edge between the nodes found, so that no path between them is lost. */
  edges: LineageEdge[];
  /** Whether nothing was left out. */
  complete: boolean;
  truncatedBy: 'DEPTH' | 'NODES' | null;
  asOf: Date;
}

const MOST_DEPTH = 10_000;
/** Most nodes that a walk may be asked for, and how many it has when nobody says. */
export const LARGEST_WALK = 20_000;
export const USUAL_WALK = 200;

/** @throws Misuse OUT_OF_RANGE */
function demandRange(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new Misuse('OUT_OF_RANGE', `${name} must be an integer from 1 to ${most.toLocaleString('en')}, not ${value}`);
}

/** @throws Misuse OUT_OF_RANGE: nobody knows how the graph will stand */
function demandPast(asOf: Date | null, now: Date): void {
  if (asOf === null || asOf <= now) return;
  throw new Misuse('OUT_OF_RANGE', `asOf must not be later than ${now.toISOString()}, which is now`);
}

/** The database's clock, which dates all rows; a millisecond on, for rows are dated to the nearest one. */
const NOW = `clock_timestamp() + interval '1 millisecond'`;

/** The graph of what came of what. */
export class LineageService {
  constructor(readonly database: Database) {}

  /** Part of the transaction that makes the thing. */
  async add(node: Pick<LineageNode, 'type' | 'id' | 'label'>): Promise<void> {
    await this.database.repository(LineageNode).insert({ projectId: projectOfNew(), ...node });
    await this.database.notify(lineageChannel, '');
  }

  /** Part of the transaction that makes `to`. Both are nodes already; saying it twice changes nothing. */
  async link({ from: fromId, to: toId, kind, share }: Link): Promise<void> {
    await this.database
      .repository(LineageEdge)
      .createQueryBuilder()
      .insert()
      .values({ fromId, toId, kind, share })
      .orIgnore()
      .execute();
    await this.database.notify(lineageChannel, '');
  }

  /**
   * Where a thing came from and what came of it. Edges stay within a project, so the start alone is asked for its own. Null when there is (or
   * then was) no such node, or the actor may not know of it.
   * @throws Misuse OUT_OF_RANGE
   */
  async of(id: string, request: LineageRequest = {}): Promise<Lineage | null> {
    if (!isId(id)) return null;
    const { direction, asOf = null } = request;
    const maxDepth = request.maxDepth ?? 10;
    const maxNodes = request.maxNodes ?? USUAL_WALK;
    demandRange('maxDepth', maxDepth, MOST_DEPTH);
    demandRange('maxNodes', maxNodes, LARGEST_WALK);
    const hidden = hiddenTypes();
    const [start] = await this.database.query<{ createdAt: Date; now: Date }>(
      `SELECT created_at AS "createdAt", ${NOW} AS now FROM lineage_node
       WHERE id = $1 AND ($2::uuid IS NULL OR project_id = $2) AND NOT type = ANY($3)`,
      [id, currentProject(), hidden],
    );
    if (!start) return null;
    demandPast(asOf, start.now);
    if (asOf && start.createdAt > asOf) return null;
    const chosen = request.types ?? (hidden.length > 0 ? lineageNodeTypeNames : null);
    const types = chosen?.filter((type) => !hidden.includes(type)) ?? null;
    const ways = (['ANCESTORS', 'DESCENDANTS'] as const).filter(
      (way) => way === (direction ?? way) || direction === 'BOTH',
    );

    const met = new Map<string, LineageNode>();
    for (const way of ways) {
      // One more than may be shown tells whether there are more.
      const found = await walk(this.database, { from: id, way, types, asOf, limit: maxNodes + 1 });
      for (const node of found) met.set(node.id, node);
    }
    const edges = await edgesAmong(this.database, [...met.keys()], asOf);
    const depths = nearestFirst(id, edges, ways);
    const near = depths.filter(([, depth]) => Math.abs(depth) <= maxDepth);
    const kept = new Map(near.slice(0, maxNodes));
    const truncatedBy = near.length > kept.size ? 'NODES' : depths.length > near.length ? 'DEPTH' : null;
    return {
      nodes: [...kept].map(([nodeId, depth]) => ({ node: met.get(nodeId)!, depth })),
      edges: edges.filter(({ fromId, toId }) => kept.has(fromId) && kept.has(toId)),
      complete: truncatedBy === null,
      truncatedBy,
      asOf: asOf ?? start.now,
    };
  }

  /**
   * Who still carries what a forget set means, and who did until it was made to forget. Null when there is (or then was) no such set, and for
   * what is no id.
   * @throws Misuse OUT_OF_RANGE
   */
  async carriersOf(
    forgetSetId: string,
    { asOf, policyId }: { [K in keyof CarriersAsked]?: CarriersAsked[K] | null } = {},
  ): Promise<Carriers | null> {
    if (!isId(forgetSetId) || (policyId != null && !isId(policyId))) return null;
    const [clock] = await this.database.query<{ now: Date }>(`SELECT ${NOW} AS now`);
    demandPast(asOf ?? null, clock!.now);
    return carriersOf(this.database, forgetSetId, { asOf: asOf ?? clock!.now, policyId: policyId ?? null });
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<LineageNode[]> {
    return this.database.repository(LineageNode).findBy({ id: Any([...ids]) });
  }
}

export interface Link extends Pick<LineageEdge, 'kind'> {
  from: string;
  to: string;
  share?: number;
}

/** Each node met and how far it is: against the edges counts below 0. Who is both before and after is where it is nearest. */
function nearestFirst(start: string, edges: LineageEdge[], ways: readonly Walk['way'][]): [string, number][] {
  const depths = new Map<string, number>();
  for (const way of ways) {
    for (const [id, distance] of distances(start, edges, way)) {
      const known = depths.get(id);
      if (known !== undefined && Math.abs(known) <= distance) continue;
      depths.set(id, way === 'ANCESTORS' ? 0 - distance : distance);
    }
  }
  return [...depths].sort(([, a], [, b]) => Math.abs(a) - Math.abs(b));
}
