import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. One registry a server, so that two servers in one process (tests) stay apart. */
export interface Metrics {
  registry: Registry;
  /** Seconds a request took, by route, method and status. Routes are templates: no label comes from a client. */
  httpSeconds: Histogram<'route' | 'method' | 'status'>;
  /** GraphQL operations by type and by whether they had errors. Operation names are the client's, hence no label. */
  operations: Counter<'type' | 'transport' | 'outcome'>;
  /** WebSocket connections now open. */
  sockets: Gauge;
  /** Subscriptions now running. */
  subscriptions: Gauge;
  /** Errors that were masked: each one is a bug to look at. */
  internalErrors: Counter;
  /** What was found altered when the transparency log was last inspected. Anything but 0 is somebody's doing. */
  logFaults: Gauge;
}

/** @param runsByStatus read at every scrape, never on a timer */
export function createMetrics(runsByStatus?: () => Promise<Record<string, number>>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  if (runsByStatus) {
    new Gauge({
      name: 'lethe_runs',
      help: 'Unlearning runs by status',
      labelNames: ['status'],
      registers,
      async collect() {
        for (const [status, count] of Object.entries(await runsByStatus())) this.set({ status }, count);
      },
    });
  }
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'lethe_http_request_seconds',
      help: 'Time of an HTTP request in seconds',
      labelNames: ['route', 'method', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    operations: new Counter({
      name: 'lethe_graphql_operations_total',
      help: 'GraphQL operations by type, transport and outcome',
      labelNames: ['type', 'transport', 'outcome'],
      registers,
    }),
    sockets: new Gauge({ name: 'lethe_websocket_connections', help: 'WebSocket connections now open', registers }),
    subscriptions: new Gauge({ name: 'lethe_subscriptions', help: 'Subscriptions now running', registers }),
    internalErrors: new Counter({
      name: 'lethe_internal_errors_total',
      help: 'Unexpected errors hidden from clients and written to the log',
      registers,
    }),
    logFaults: new Gauge({
      name: 'lethe_log_faults',
      help: 'Faults found when the transparency log was last inspected as a whole',
      registers,
    }),
  };
}
