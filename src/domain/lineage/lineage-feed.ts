import { type Database, isPassing } from '../../database';
import { currentProject } from '../actor/actor';
import { Bell } from '../bell';
import { Misuse } from '../refusal/misuse';
import type { FeedTimes } from '../run-event/run-event-feed';
import { hiddenTypes } from './hidden-types';
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

/** Rows that are read at once. */
const PAGE = 1_000;

/** How far back a follower may begin; whoever was away for longer reads the graph anew. */
const MOST_DAYS_BACK = 7;

type Told = Exclude<LineageChange, { kind: 'heartbeat' }>;

/** A node or an edge in the order of telling: by moment, at the same one edges before nodes, then by key. */
interface Row {
  at: Date;
  rank: number;
  key: string;
  node: Pick<LineageNode, 'id' | 'projectId' | 'type' | 'label'> | null;
  edge: Pick<LineageEdge, 'fromId' | 'toId' | 'kind' | 'share'> | null;
}

/** Tells of new nodes and edges of the actor's project, each once to a follower; what a follower missed, since a moment. */
export class LineageFeed {
  constructor(
    readonly database: Database,
    readonly times: FeedTimes = { heartbeatMs: 15_000, pollMs: 5_000 },
  ) {}

  /** @throws Misuse OUT_OF_RANGE: nothing is known of the future, and what is long ago is read by walking the graph */
  async admit(after: Date | null): Promise<void> {
    if (after === null) return;
    const now = await this.#now();
    const oldest = new Date(now.getTime() - MOST_DAYS_BACK * 86_400_000);
    if (after <= now && after >= oldest) return;
    const bounds = `${oldest.toISOString()} (${MOST_DAYS_BACK} days ago) to ${now.toISOString()} (now)`;
    throw new Misuse('OUT_OF_RANGE', `after must be from ${bounds}, not ${after.toISOString()}`);
  }

  /**
   * @param of only this node and what comes of it; everything when null
   * @param after what came to be since then, told at first; a minute before it may be told again. Only what is new when null;
   * see `admit`
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
      if (after === null) {
        for await (const page of this.#since(before(began))) for (const { key, at } of page) told.set(key, at);
      }
      let newest = after ?? began;
      for (let spoke = Date.now(); !signal.aborted; ) {
        for await (const page of this.#since(before(newest))) {
          if (within) widen(within, page);
          for (const row of page) {
            if (told.has(row.key)) continue;
            told.set(row.key, row.at);
            if (row.at > newest) newest = row.at;
            if (within && !concerns(within, row)) continue;
            yield changeOf(row);
            spoke = Date.now();
            if (signal.aborted) return;
          }
          // Oldest first, but for a few that came late: these go with those before them.
          for (const [key, at] of told) {
            if (at >= before(newest)) break;
            told.delete(key);
          }
        }
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

  /** What came to be after a moment, page by page: the next is read when the last was told. */
  async *#since(moment: Date): AsyncGenerator<Row[], void, void> {
    for (let last: Pick<Row, 'at' | 'rank' | 'key'> = { at: moment, rank: 2, key: '' }; ; ) {
      const page = await this.#page(last);
      yield page;
      if (page.length < PAGE) return;
      last = page.at(-1)!;
    }
  }

  /**
   * Edges before the nodes of the same moment: what a node hangs on decides whether it concerns a follower. Both are of one statement, hence
   * of one state of the graph. With no index on the keys, only rows of one moment are sorted.
   */
  async #page({ at, rank, key }: Pick<Row, 'at' | 'rank' | 'key'>): Promise<Row[]> {
    try {
      return await this.database.query<Row>(
        `(SELECT edge.created_at AS at, 0 AS rank, edge.from_id || ' ' || edge.to_id || ' ' || edge.kind AS key, NULL::jsonb AS node,
            jsonb_build_object('fromId', edge.from_id, 'toId', edge.to_id, 'kind', edge.kind, 'share', edge.share) AS edge
          FROM lineage_edge AS edge JOIN lineage_node AS source ON source.id = edge.from_id JOIN lineage_node AS node ON node.id = edge.to_id
          WHERE edge.created_at >= $1 AND (edge.created_at, 0, edge.from_id || ' ' || edge.to_id || ' ' || edge.kind) > ($1, $2::int, $3)
            AND ($4::uuid IS NULL OR node.project_id = $4) AND NOT source.type = ANY($5) AND NOT node.type = ANY($5)
          ORDER BY 1, 3 LIMIT $6)
         UNION ALL
         (SELECT node.created_at, 1, node.id::text,
            jsonb_build_object('id', node.id, 'projectId', node.project_id, 'type', node.type, 'label', node.label), NULL::jsonb
          FROM lineage_node AS node
          WHERE node.created_at >= $1 AND (node.created_at, 1, node.id::text) > ($1, $2::int, $3)
            AND ($4::uuid IS NULL OR node.project_id = $4) AND NOT node.type = ANY($5)
          ORDER BY 1, 3 LIMIT $6)
         ORDER BY 1, 2, 3 LIMIT $6`,
        [at, rank, key, currentProject(), hiddenTypes(), PAGE],
      );
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

function changeOf({ at, node, edge }: Row): Told {
  return node
    ? { kind: 'node', at, node: Object.assign(new LineageNode(), node, { createdAt: at }) }
    : { kind: 'edge', at, edge: { ...edge!, createdAt: at } };
}

/** What came of one of the things followed is one from now on, in whatever order a transaction wrote its edges. */
function widen(within: Set<string>, rows: readonly Row[]): void {
  const edges = rows.flatMap(({ edge }) => edge ?? []);
  for (let known = -1; known < within.size; ) {
    known = within.size;
    for (const { fromId, toId } of edges) if (within.has(fromId)) within.add(toId);
  }
}

const concerns = (within: Set<string>, { node, edge }: Row): boolean =>
  node ? within.has(node.id) : within.has(edge!.fromId) || within.has(edge!.toId);
