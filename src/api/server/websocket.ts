import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  subscribe,
} from 'graphql';
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
/** An expiry is looked at, and what could not be looked up is looked up again, at most this often. */
const recheckMs = 1000;
/** Node's timers hold no more. */
const longestTimerMs = 2 ** 31 - 1;
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
  /** Calls back when somebody's rights have changed; resolves with what ends that. */
  onAccessChange: (listener: () => void) => Promise<() => void>;
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
  socket: WebSocket;
  /** Fires when the credentials expire. */
  expiry: NodeJS.Timeout | null;
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

  const connections = new Set<Connection>();
  /** Whether a client is still whom it said it was. One who is not is sent away, and all its subscriptions end. */
  const recheck = async (connection: Connection): Promise<boolean> => {
    const { session, credentials, socket } = connection;
    if (!session) return true;
    try {
      const identity = await authentication.identify(credentials);
      if (identity.actor.projectId !== session.actor.projectId) throw new Misuse('UNAUTHENTICATED', 'another project');
      session.renew(identity);
    } catch (error) {
      if (error instanceof Misuse) {
        socket.close(CloseCode.Forbidden, 'The credentials are no longer valid');
        return false;
      }
      log.warn({ err: error }, 'the credentials of a WebSocket could not be looked up');
      recheckLater(connection, recheckMs);
      return false;
    }
    if (session.expiresAt) recheckLater(connection, session.expiresAt.getTime() - Date.now());
    return true;
  };
  const recheckLater = (connection: Connection, ms: number) => {
    if (connection.expiry) clearTimeout(connection.expiry);
    if (!connections.has(connection)) return;
    const wait = Math.min(Math.max(ms, recheckMs), longestTimerMs);
    connection.expiry = globalThis.setTimeout(() => void recheck(connection), wait).unref();
  };
  const listening = options.onAccessChange(() => {
    for (const connection of connections) void recheck(connection);
  });

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
      if (identity.expiresAt) recheckLater(extra, identity.expiresAt.getTime() - Date.now());
      return true;
    },
    async onSubscribe({ subscriptions, extra }, _id, { query, operationName, variables }) {
      if (Object.keys(subscriptions).length > limits.operationsPerSocket) {
        return [refused('TOO_MANY_OPERATIONS', `At most ${limits.operationsPerSocket} operations at a time`)];
      }
      const parsed = parseWithinLimits(schema, query);
      if (!('kind' in parsed)) return parsed;
      if (!(await recheck(extra))) return [refused('UNAUTHENTICATED', 'The credentials are no longer valid')];
      const contextValue = options.createContext(extra.session!);
      return { schema, document: parsed, operationName, variableValues: variables, contextValue };
    },
    onNext: (_context, _id, _payload, _args, { data, errors }) => ({
      data,
      ...(errors ? { errors: present(errors) } : {}),
    }),
    // What fails a stream midway is wrapped, without a place in the document, and would pass for the client's error.
    onError: (_context, _id, _payload, errors) =>
      present(errors.map((error) => (error.nodes ? error : (error.originalError ?? error)))),
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
    const credentials = request.headers.authorization;
    const connection: Connection = { credentials, session: null, socket, expiry: null, streams: new Set() };
    connections.add(connection);
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
      connection,
    );
    socket.on('error', (error) => log.debug({ err: error }, 'WebSocket error'));
    socket.once('close', (code, reason) => {
      stopBeating();
      connections.delete(connection);
      if (connection.expiry) clearTimeout(connection.expiry);
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
      (await listening)();
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

/** An operation that is not begun. The socket and its other operations go on. */
function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
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
