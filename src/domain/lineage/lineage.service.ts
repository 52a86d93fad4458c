import { In } from 'typeorm';
import type { Database } from '../../database';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { isId } from '../listing/cursor';
import { LineageEdge } from './lineage-edge.entity';

export type LineageDirection = 'ANCESTORS' | 'DESCENDANTS' | 'BOTH';

export interface LineageRequest {
  direction?: LineageDirection | null;
  /** Edges from the start; 1 to 100, 10 when left out. */
  maxDepth?: number | null;
  /** 1 to 1000, 200 when left out. */
  maxNodes?: number | null;
}

export interface Lineage {
  /** In order of discovery; depth is negative for ancestors, 0 for the start. */
  nodes: { checkpoint: Checkpoint; depth: number }[];
  /** Between the nodes found. */
  edges: LineageEdge[];
  /** Whether nothing was left out. */
  complete: boolean;
  truncatedBy: 'DEPTH' | 'NODES' | null;
}

const bounded = (value: number | null | undefined, preset: number, most: number): number =>
  Math.min(Math.max(Math.trunc(value ?? preset), 1), most);

export class LineageService {
  constructor(readonly database: Database) {}

  /** Part of the transaction that makes the child. */
  async record(edge: Pick<LineageEdge, 'parentId' | 'childId' | 'kind' | 'runId'> & { share?: number }): Promise<void> {
    await this.database.repository(LineageEdge).insert(edge);
  }

  /** Where a checkpoint came from and what came of it, breadth first; null when there is no such checkpoint. */
  async of(checkpointId: string, request: LineageRequest = {}): Promise<Lineage | null> {
    const start = isId(checkpointId)
      ? await this.database.repository(Checkpoint).findOneBy({ id: checkpointId })
      : null;
    if (!start) return null;
    const direction = request.direction ?? 'BOTH';
    const maxDepth = bounded(request.maxDepth, 10, 100);
    const maxNodes = bounded(request.maxNodes, 200, 1_000);

    const depths = new Map([[start.id, 0]]);
    const edges = new Map<string, LineageEdge>();
    let truncatedBy: Lineage['truncatedBy'] = null;
    const walk = async (from: 'parentId' | 'childId', to: 'parentId' | 'childId', sign: 1 | -1) => {
      let frontier = [start.id];
      for (let depth = 1; frontier.length > 0; depth++) {
        const found = await this.database.repository(LineageEdge).find({
          where: { [from]: In(frontier) },
          order: { createdAt: 'ASC', parentId: 'ASC', childId: 'ASC' },
          take: maxNodes + edges.size + 1,
        });
        if (found.length > maxNodes + edges.size) truncatedBy = 'NODES';
        frontier = [];
        for (const edge of found) {
          const next = edge[to];
          if (!depths.has(next)) {
            if (depth > maxDepth) truncatedBy ??= 'DEPTH';
            else if (depths.size >= maxNodes) truncatedBy = 'NODES';
            else {
              depths.set(next, sign * depth);
              frontier.push(next);
            }
          }
          if (depths.has(next)) edges.set(`${edge.parentId} ${edge.childId}`, edge);
        }
      }
    };
    if (direction !== 'DESCENDANTS') await walk('childId', 'parentId', -1);
    if (direction !== 'ANCESTORS') await walk('parentId', 'childId', 1);

    const checkpoints = await this.database.repository(Checkpoint).findBy({ id: In([...depths.keys()]) });
    const byId = new Map(checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
    return {
      nodes: [...depths].map(([id, depth]) => ({ checkpoint: byId.get(id)!, depth })),
      edges: [...edges.values()],
      complete: truncatedBy === null,
      truncatedBy,
    };
  }
}
