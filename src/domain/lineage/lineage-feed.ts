import { MoreThan } from 'typeorm';
import { type Database, isPassing } from '../../database';
import { currentProject } from '../actor/actor';
import { Bell } from '../bell';
import type { FeedTimes } from '../run-event/run-event-feed';
import type { LineageEdge } from './lineage-edge.entity';
import { LineageNode } from './lineage-node.entity';
import { walk } from './lineage-walk';

/** Channel that wakes followers of the graph; there is no payload. */
export const lineageChannel = 'lethe_lineage';

export type LineageChange =
  | { kind: 'node'; at: Date; node: LineageNode }
  | { kind: 'edge'; at: Date; edge: LineageEdge }
  | { kind: 'heartbeat'; at: Date };

/**
 * Rows are dated when their transaction begins and seen when it commits, so a row may turn up behind newer ones. This far back is
 * read again and again: transactions end long before (one that idles is cut off after 30 s).
 */
const WINDOW_MS = 60_000;

/** Most descendants of `of` that are known when following begins. */
const MOST_KNOWN = 100_000;

interface Row {
  key: string;
  change: Exclude<LineageChange, { kind: 'heartbeat' }>;
}

/** Tells of new nodes and edges of the actor's project, each once to a follower; what a follower missed, since a moment. */
export class LineageFeed {
  constructor(
    readonly database: Database,
    readonly times: FeedTimes = { heartbeatMs: 15_000, pollMs: 5_000 },
  ) {}

  /**
   * @param of only this node and what comes of it; everything when null
   * @param after what came to be since then, told at first; a minute before it may be told again. Only what is new when null
   */
  async *follow(of: string | null, after: Date | null, signal: AbortSignal): AsyncGenerator<LineageChange, void, void> {
    const bell = new Bell();
    const { notifications } = this.database;
    const unsubscribe = await notifications.subscribe(lineageChannel, () => bell.ring());
    const onAbort = () => bell.ring();
    signal.addEventListener('abort', onAbort);
    try {
      const began = await this.#now();
      const within = of === null ? null : await this.#descendants(of, began);
      const told = new Map<string, Date>();
      if (after === null) for (const { key, change } of await this.#since(before(began))) told.set(key, change.at);
      let newest = after ?? began;
      for (let spoke = Date.now(); !signal.aborted; ) {
        for (const { key, change } of await this.#since(before(newest))) {
          if (told.has(key)) continue;
          told.set(key, change.at);
          if (change.at > newest) newest = change.at;
          if (within && !concerns(within, change)) continue;
          yield change;
          spoke = Date.now();
          if (signal.aborted) return;
        }
        for (const [key, at] of told) if (at < before(newest)) told.delete(key);
        if (Date.now() - spoke >= this.times.heartbeatMs) {
          yield { kind: 'heartbeat', at: new Date() };
          spoke = Date.now();
        }
        await bell.rung(Math.min(this.times.pollMs, this.times.heartbeatMs));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
    }
  }

  /**
   * Edges before the nodes of the same moment: what a node hangs on decides whether it concerns a follower. Nodes are read first: of what is
   * committed in between, the edges come now and the nodes with the next reading, never the other way round.
   */
  async #since(moment: Date): Promise<Row[]> {
    try {
      const nodes = await this.database
        .repository(LineageNode)
        .find({ where: { createdAt: MoreThan(moment) }, order: { createdAt: 'ASC' } });
      const edges = await this.database.query<LineageEdge>(
        `SELECT edge.from_id AS "fromId", edge.to_id AS "toId", edge.kind, edge.share, edge.created_at AS "createdAt"
         FROM lineage_edge AS edge JOIN lineage_node AS node ON node.id = edge.to_id
         WHERE edge.created_at > $1 AND ($2::uuid IS NULL OR node.project_id = $2) ORDER BY edge.created_at`,
        [moment, currentProject()],
      );
      const rows: Row[] = [
        ...edges.map((edge): Row => {
          const key = `${edge.fromId} ${edge.toId} ${edge.kind}`;
          return { key, change: { kind: 'edge', at: edge.createdAt, edge } };
        }),
        ...nodes.map((node): Row => ({ key: node.id, change: { kind: 'node', at: node.createdAt, node } })),
      ];
      return rows.sort((a, b) => a.change.at.getTime() - b.change.at.getTime());
    } catch (error) {
      // A database that is restarting costs the follower time, not its subscription.
      if (isPassing(error)) return [];
      throw error;
    }
  }

  async #descendants(of: string, asOf: Date): Promise<Set<string>> {
    const found = await walk(this.database, { from: of, way: 'DESCENDANTS', types: null, asOf, limit: MOST_KNOWN });
    return new Set([of, ...found.map(({ id }) => id)]);
  }

  /** The database's clock, which dates all rows. A millisecond on: rows are dated to the nearest one. */
  async #now(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>(
      `SELECT clock_timestamp() + interval '1 millisecond' AS now`,
    );
    return row!.now;
  }
}

const before = (moment: Date): Date => new Date(moment.getTime() - WINDOW_MS);

/** Whether a change is among the things followed; what came of one of them is one from now on. */
function concerns(within: Set<string>, change: Row['change']): boolean {
  if (change.kind === 'node') return within.has(change.node.id);
  const { fromId, toId } = change.edge;
  if (within.has(fromId)) within.add(toId);
  return within.has(fromId) || within.has(toId);
}
