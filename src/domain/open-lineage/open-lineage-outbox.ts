import type { Database } from '../../database';
import type { LineageNode } from '../lineage/lineage-node.entity';
import { OpenLineageEvent } from './open-lineage-event.entity';
import { runEventMessage, type Transition } from './run-event-message';

/** Channel that wakes senders. */
export const openLineageChannel = 'lethe_open_lineage';

interface Neighbour extends Pick<LineageNode, 'id' | 'type' | 'label'> {
  /** Name of the project that it is of, as all that is about one run. */
  project: string;
  role: 'SELF' | 'INPUT' | 'OUTPUT';
  method: string | null;
  at: Date;
}

/**
 * What is told to an OpenLineage receiver, as rows: written in the transaction that it tells of, and gone when delivered. So
 * nothing is lost while the receiver is down, and nothing is told that did not happen.
 */
export class OpenLineageOutbox {
  constructor(
    readonly database: Database,
    /** Without a receiver nothing is written. */
    readonly enabled: boolean,
  ) {}

  /** Part of the transaction that starts or ends a run, merge or evaluation, after its edges. */
  async record(eventType: Transition, id: string, error: string | null = null): Promise<void> {
    if (!this.enabled) return;
    const found = await this.database.query<Neighbour>(
      `SELECT node.id, node.type, node.label, project.name AS project, about.role, method.name AS method, clock_timestamp() AS at
       FROM (SELECT $1::uuid AS id, 'SELF' AS role
         UNION ALL SELECT from_id, 'INPUT' FROM lineage_edge WHERE to_id = $1 AND kind = 'USED'
         UNION ALL SELECT to_id, 'OUTPUT' FROM lineage_edge WHERE from_id = $1 AND kind = 'GENERATED') AS about
       JOIN lineage_node AS node ON node.id = about.id
       JOIN project ON project.id = node.project_id
       LEFT JOIN run ON run.id = node.id LEFT JOIN method ON method.id = run.method_id
       ORDER BY node.created_at, node.id`,
      [id],
    );
    const self = found.find(({ role }) => role === 'SELF');
    if (!self) throw new Error(`internal: ${id} is not in the lineage`);
    const message = runEventMessage({
      eventType,
      at: self.at,
      project: self.project,
      node: self,
      method: self.method,
      inputs: found.filter(({ role }) => role === 'INPUT'),
      outputs: found.filter(({ role }) => role === 'OUTPUT'),
      error,
    });
    await this.database.query('INSERT INTO open_lineage_event (message) VALUES ($1)', [JSON.stringify(message)]);
    await this.database.notify(openLineageChannel, '');
  }

  /**
   * The oldest message, for this caller alone to send until the lease ends; null when there is none, or it is not due, or
   * another sender has it. Only the oldest is ever handed out: what comes later waits, so that order is kept.
   */
  async claim(leaseSeconds: number): Promise<Pick<OpenLineageEvent, 'id' | 'message' | 'attempts'> | null> {
    const [row] = await this.database.query<Pick<OpenLineageEvent, 'id' | 'message' | 'attempts'>>(
      `UPDATE open_lineage_event SET attempts = attempts + 1, due_at = clock_timestamp() + $1 * interval '1 second'
       WHERE id = (SELECT min(id) FROM open_lineage_event) AND due_at <= clock_timestamp()
       RETURNING id, message, attempts`,
      [leaseSeconds],
    );
    return row ?? null;
  }

  /** The receiver has it, or will never take it. */
  async settle(id: number): Promise<void> {
    await this.database.repository(OpenLineageEvent).delete({ id });
  }

  /** To be sent again after a pause. */
  async postpone(id: number, seconds: number): Promise<void> {
    await this.database.query(
      `UPDATE open_lineage_event SET due_at = clock_timestamp() + $2 * interval '1 second' WHERE id = $1`,
      [id, seconds],
    );
  }
}
