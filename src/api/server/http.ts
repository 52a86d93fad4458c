import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import fastifyApollo from '@as-integrations/fastify';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { actingAs, demand, Misuse, rightOf } from '../../domain';
import type { Log } from '../../observability/log';
import type { Metrics } from '../../observability/metrics';
import type { Context } from '../context';
import type { Authentication } from './authentication';
import { limitRules, limits } from './limits';
import type { PresentError } from './present-error';
import { Session } from './session';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where nobody is asked for, as by probes. */
    session: Session | null;
  }
}

export interface HttpOptions {
  schema: GraphQLSchema;
  authentication: Authentication;
  isKnownHost: (headers: FastifyRequest['headers']) => boolean;
  createContext: (session: Session) => Context;
  presentError: PresentError;
  /** Rejects, or says why, while the server should get no traffic. */
  readiness: () => Promise<string | undefined>;
  log: Log;
  metrics: Metrics;
}

export interface HttpEndpoint {
  app: FastifyInstance;
  /** Takes no new requests, answers those in flight, cuts off what takes longer than `patienceMs`. */
  close(patienceMs: number): Promise<void>;
}

/** GraphQL by POST and GET on `/graphql`, and what operators ask: `/healthz`, `/readyz`, `/metrics`. Not yet listening. */
export async function serveHttp(options: HttpOptions): Promise<HttpEndpoint> {
  const { schema, log, metrics, presentError } = options;
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: limitRules(),
    formatError: (formatted, error) => presentError(error, formatted),
    stopOnTerminationSignals: false,
    persistedQueries: false,
    plugins: [ApolloServerPluginLandingPageDisabled(), countOperations(metrics)],
  });
  await apollo.start();

  const app = fastify({
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: 'idle',
    logger: false,
    requestTimeout: 60_000,
  });
  // A route that nobody was given a right to keeps the server from starting.
  app.addHook('onRoute', ({ url }) => void rightOf('Http', url));
  app.decorateRequest('session', null);
  app.addHook('onRequest', async (request, reply) => admit(request, reply, options));
  // With a callback, and after the body was read: what follows, the handler and all it awaits, is done in the actor's name.
  app.addHook('preHandler', ({ session }, _reply, done) => (session ? actingAs(session.actor, done) : done()));
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    const { statusCode, elapsedTime } = reply;
    metrics.httpSeconds.observe({ route, method, status: statusCode }, elapsedTime / 1000);
    log.debug({ requestId: request.id, method, route, status: statusCode, ms: Math.round(elapsedTime) }, 'request');
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.code === 'ARTIFACT_MISSING') {
      log.error({ err: error }, 'what is on record is not in the store');
      return reply.code(503).send(failure(error.code, error.message));
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      return reply.code(500).send({ errors: [presentError(error)] });
    }
    const code = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
    const message = status === 413 ? `A request may have at most ${limits.bodyBytes} bytes` : error.message;
    return reply.code(status).send(failure(code, message));
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(failure('NOT_FOUND', 'Nothing is served here')));

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = await options.readiness();
    return reply.code(reason === undefined ? 200 : 503).send({ status: reason ?? 'ok' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  await app.register(fastifyApollo(apollo), { context: async ({ session }) => options.createContext(session!) });

  return {
    app,
    async close(patienceMs) {
      const impatient = setTimeout(() => app.server.closeAllConnections(), patienceMs);
      await app.close();
      clearTimeout(impatient);
      await apollo.stop();
    },
  };
}

/** Runs before a byte of the body is read. Probes carry no token and come by address, so they pass. */
async function admit(request: FastifyRequest, reply: FastifyReply, { authentication, isKnownHost }: HttpOptions) {
  const route = request.routeOptions.url;
  if (route !== undefined && rightOf('Http', route) === 'PUBLIC') return undefined;
  if (!isKnownHost(request.headers)) {
    const message = 'This server does not answer under that name (see LETHE_ALLOWED_HOSTS)';
    return reply.code(403).send(failure('UNKNOWN_HOST', message));
  }
  try {
    request.session = new Session(await authentication.identify(request.headers.authorization));
    if (route !== undefined) demand('Http', route, request.session.actor);
    return undefined;
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    if (error.code === 'FORBIDDEN') return reply.code(403).send(failure(error.code, error.message));
    // RFC 6750, section 3: no error code where nothing was shown.
    const challenge = request.headers.authorization ? 'Bearer error="invalid_token"' : 'Bearer';
    return reply.code(401).header('WWW-Authenticate', challenge).send(failure(error.code, error.message));
  }
}

function failure(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

function countOperations(metrics: Metrics) {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({
          operation,
          errors,
        }: {
          operation?: { operation: string };
          errors?: readonly unknown[];
        }) {
          const type = operation?.operation ?? 'unparsed';
          metrics.operations.inc({ type, transport: 'http', outcome: errors?.length ? 'error' : 'ok' });
        },
      };
    },
  };
}
