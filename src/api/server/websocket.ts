import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { execute, type GraphQLFormattedError, type GraphQLSchema, getOperationAST, subscribe } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { actingAs, Misuse } from '../../domain';
import type { Log } from '../../observability/log';
import type { Metrics } from '../../observability/metrics';
import type { Context } from '../context';
import type { Authentication, Identity } from './authentication';
import { limits, parseWithinLimits } from './limits';
import type { PresentError } from './present-error';
import { Session } from './session';

const keepAliveMs = 12_000;
/** Within this a client must say connection_init: graphql-ws's 3 seconds are too few for a person with wscat. */
const initWaitMs = 15_000;
/** How long a drain waits for subscriptions to end, and then for sockets to close. */
const patienceMs = 3000;

export interface WebSocketOptions {
  /** The HTTP server whose `/graphql` upgrades are taken. */
  server: Server;
  schema: GraphQLSchema;
  authentication: Authentication;
  isKnownHost: (headers: IncomingMessage['headers']) => boolean;
  /** A new context for each operation: its loaders must not outlive it. */
  createContext: (session: Session) => Context;
  presentError: PresentError;
  log: Log;
  metrics: Metrics;
}

export interface WebSocketEndpoint {
  /**
   * Takes no new sockets, lets subscriptions complete (abort their signal first), and waits until every socket has been
   * told to go (1001) and has gone.
   */
  close(): Promise<void>;
}

/** What is remembered of one socket. */
interface Connection {
  /** What it shows for itself: in the upgrade, else in connection_init. */
  credentials: unknown;
  /** Null before connection_init. */
  session: Session | null;
  /** Ids of the subscriptions now running. */
  streams: Set<string>;
}

/**
 * GraphQL over WebSocket (graphql-transport-ws) with the limits of HTTP. A client shows its token in the
 * `Authorization` header of the upgrade, or, as browsers cannot, as `token` or `Authorization` in connection_init.
 */
export function serveWebSocket(options: WebSocketOptions): WebSocketEndpoint {
  const { server, schema, authentication, log, metrics, presentError } = options;
  const present = (errors: readonly unknown[]): GraphQLFormattedError[] => errors.map((error) => presentError(error));

  let streams = 0;
  let onIdle: () => void = () => {};
  const graphql = makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: initWaitMs,
    // In the actor's name, for services know it from nowhere else.
    execute: (args) => actingAs((args.contextValue as Context).session.actor, () => execute(args)),
    subscribe: (args) => actingAs((args.contextValue as Context).session.actor, () => subscribe(args)),
    async onConnect({ connectionParams, extra }) {
      extra.credentials ??= connectionParams?.token ?? connectionParams?.Authorization;
      const identity = await identified(authentication, extra.credentials);
      if (!identity) return false;
      extra.session = new Session(identity);
      return true;
    },
    onSubscribe({ subscriptions, extra }, _id, { query, operationName, variables }) {
      if (Object.keys(subscriptions).length > limits.operationsPerSocket) {
        throw new Error(`At most ${limits.operationsPerSocket} operations at a time`);
      }
      const parsed = parseWithinLimits(schema, query);
      if (!('kind' in parsed)) return parsed;
      const contextValue = options.createContext(extra.session!);
      return { schema, document: parsed, operationName, variableValues: variables, contextValue };
    },
    onNext: (_context, _id, _payload, _args, { data, errors }) => ({
      data,
      ...(errors ? { errors: present(errors) } : {}),
    }),
    onError: (_context, _id, _payload, errors) => present(errors),
    onOperation({ extra }, id, _payload, { document, operationName }, result) {
      const type = getOperationAST(document, operationName)?.operation ?? 'query';
      metrics.operations.inc({ type, transport: 'websocket', outcome: 'errors' in result ? 'error' : 'ok' });
      if (Symbol.asyncIterator in result) {
        extra.streams.add(id);
        metrics.subscriptions.inc();
        streams += 1;
      }
    },
    onComplete({ extra }, id) {
      if (!extra.streams.delete(id)) return;
      metrics.subscriptions.dec();
      streams -= 1;
      // The `complete` message leaves right after this hook, and must leave before the socket closes.
      if (streams === 0) setImmediate(onIdle);
    },
  });

  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes, handleProtocols });
  const closed = new Set<Promise<void>>();

  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    metrics.sockets.inc();
    const stopBeating = keepAlive(socket);
    const onClosed = graphql.opened(
      {
        protocol: socket.protocol,
        // Resolves when the bytes have left, so a slow client slows its own subscription and nothing else.
        send: (data) =>
          new Promise((resolve) =>
            socket.readyState === socket.OPEN ? socket.send(data, () => resolve()) : resolve(),
          ),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            receive(String(data)).catch((error: unknown) => {
              log.warn({ err: error }, 'a WebSocket message could not be handled');
              socket.close(CloseCode.BadRequest, 'Invalid message');
            });
          }),
      },
      { credentials: request.headers.authorization, session: null, streams: new Set() },
    );
    socket.on('error', (error) => log.debug({ err: error }, 'WebSocket error'));
    socket.once('close', (code, reason) => {
      stopBeating();
      metrics.sockets.dec();
      const done = onClosed(code, String(reason)).finally(() => closed.delete(done));
      closed.add(done);
    });
  });

  let draining = false;
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = draining ? 503 : await refusal(request, options).catch(() => 500);
    if (status !== undefined) return refuse(socket, status);
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  };
  server.on('upgrade', upgrade);

  return {
    async close() {
      draining = true;
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve;
      });
      if (streams > 0) await Promise.race([idle, setTimeout(patienceMs, undefined, { ref: false })]);
      for (const client of sockets.clients) client.close(1001, 'Going away');
      await waitUntilEmpty(sockets);
      await Promise.all(closed);
      server.off('upgrade', upgrade);
      sockets.close();
    },
  };
}

/** The HTTP status an upgrade is refused with; none when it may pass. A token sent here must be right. */
async function refusal(
  { url, headers }: IncomingMessage,
  { authentication, isKnownHost }: WebSocketOptions,
): Promise<number | undefined> {
  if (url?.split('?')[0] !== '/graphql') return 404;
  if (!isKnownHost(headers)) return 403;
  if (headers.authorization !== undefined && !(await identified(authentication, headers.authorization))) return 401;
  if (!headers['sec-websocket-protocol']?.includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) return 400;
  return undefined;
}

/** Who shows these credentials; null when nobody does. */
async function identified(authentication: Authentication, credentials: unknown): Promise<Identity | null> {
  return authentication.identify(credentials).catch((error: unknown) => {
    if (error instanceof Misuse) return null;
    throw error;
  });
}

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Ends connections whose other side has silently gone: one ping a beat, and a pong before the next. */
function keepAlive(socket: WebSocket): () => void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, keepAliveMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Clients that do not answer the closing handshake are cut off. */
async function waitUntilEmpty(sockets: WebSocketServer): Promise<void> {
  const gone = [...sockets.clients].map((client) => new Promise((resolve) => client.once('close', resolve)));
  await Promise.race([Promise.all(gone), setTimeout(patienceMs, undefined, { ref: false })]);
  for (const client of sockets.clients) client.terminate();
}
