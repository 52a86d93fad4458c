import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Context } from './api/context';
import { createLoaders } from './api/loaders';
import { createSchema } from './api/schema';
import { Authentication } from './api/server/authentication';
import { serveDownloads } from './api/server/downloads';
import { serveHttp } from './api/server/http';
import { knownHosts } from './api/server/known-host';
import { serveLog } from './api/server/log-routes';
import { OidcLogins } from './api/server/oidc';
import { createPresentError } from './api/server/present-error';
import type { Session } from './api/server/session';
import { loadToken } from './api/server/token';
import { serveWebSocket } from './api/server/websocket';
import { ArtifactMissing } from './artifacts';
import { type Config, ConfigError } from './config';
import { type Domain, KeyNotInUse, LogKeyMismatch } from './domain';
import { keepLog } from './keep-log';
import type { Log } from './observability/log';
import { createMetrics } from './observability/metrics';
import { startOpenLineageSender } from './open-lineage/sender';
import { KeyUnusable } from './signing';
import { version } from './version';

/** How long requests in flight may take once the server has been asked to stop. */
const patienceMs = 10_000;

export interface Server {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  url: string;
  /** The bootstrap token; undefined when it, or authentication, is off. */
  token: string | undefined;
  /** Takes nothing new, completes subscriptions, answers what is in flight. The domain stays open: it is its owner's. */
  close(): Promise<void>;
}

/** Serves the API of a domain over HTTP and WebSocket. Holds no state of its own: any number may share a database. */
export async function startServer(config: Config, domain: Domain, log: Log): Promise<Server> {
  await mkdir(config.home, { recursive: true });
  const token = config.auth === 'token' ? await loadToken(config.home, config.token) : undefined;
  if (config.auth === 'no-bootstrap' && !config.oidc && !(await domain.tokens.someAdminister())) {
    log.warn('nobody can administer: LETHE_AUTH=no-bootstrap, no logins, and no token with the role ADMIN');
  }
  const authentication = new Authentication({
    open: config.auth === 'none',
    bootstrap: token,
    tokens: domain.tokens,
    logins: config.oidc && new OidcLogins(config.oidc, domain.projects),
  });
  const isKnownHost = knownHosts(config.host, config.allowedHosts);
  const metrics = createMetrics(() => domain.runs.countByStatus());
  const presentError = createPresentError(log, metrics);
  const schema = createSchema();
  const stop = new AbortController();
  const identity = {
    version,
    database: domain.database.kind === 'embedded' ? ('EMBEDDED' as const) : ('POSTGRES' as const),
    startedAt: new Date(),
  };
  const createContext = (session: Session): Context => ({
    domain,
    session,
    loaders: createLoaders(domain),
    server: identity,
    stop: stop.signal,
  });
  const readiness = async () => {
    if (stop.signal.aborted) return 'draining';
    return domain.database.query('SELECT 1').then(
      () => undefined,
      () => 'the database does not answer',
    );
  };

  const shared = { schema, authentication, isKnownHost, createContext, presentError, log, metrics };
  await checkKeys(domain);
  await checkStore(domain);
  const http = await serveHttp({ ...shared, readiness });
  serveDownloads(http.app, domain, version);
  serveLog(http.app, domain);
  const { server } = http.app;
  const sockets = serveWebSocket({
    ...shared,
    server,
    onAccessChange: (listener) => domain.tokens.onChange(listener),
  });
  await http.app.listen({ host: config.host, port: config.port }).catch((error: NodeJS.ErrnoException) => {
    const reasons: Record<string, string> = {
      EADDRINUSE: `LETHE_PORT ${config.port} is taken on ${config.host}: stop what uses it or choose another`,
      EADDRNOTAVAIL: `LETHE_HOST ${config.host} is no address of this machine`,
      EACCES: `LETHE_PORT ${config.port} needs rights that this process does not have`,
    };
    const reason = reasons[error.code ?? ''];
    throw reason ? new ConfigError([reason]) : error;
  });
  const clerk = keepLog(domain, log, metrics);
  const { port } = server.address() as AddressInfo;
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;

  const sender = config.openLineage && (await startOpenLineageSender({ ...config.openLineage, domain, log }));

  let closing: Promise<void> | undefined;
  const close = async () => {
    stop.abort();
    await sender?.stop();
    await sockets.close();
    await http.close(patienceMs);
    await clerk.stop();
  };
  return {
    url,
    token,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** A log that cannot go on is said at the start, not found in it later. */
async function checkKeys(domain: Domain): Promise<void> {
  try {
    await domain.log.latest();
    await domain.keyring.admit();
  } catch (error) {
    const expected = [KeyUnusable, LogKeyMismatch, KeyNotInUse].some((kind) => error instanceof kind);
    throw expected ? new ConfigError([(error as Error).message]) : error;
  }
}

/** One that has none of the latest files is another server's store, and would answer with errors later. */
async function checkStore({ checkpoints, artifacts }: Domain): Promise<void> {
  const latest = (await checkpoints.list({ first: 5 })).items.map(({ node }) => node);
  const digests = latest.filter(({ deletedAt }) => !deletedAt).map(({ files }) => files[0]!.digest);
  for (const digest of digests) if (await artifacts.has(digest)) return;
  if (digests.length > 0) throw new ConfigError([new ArtifactMissing(digests[0]!).message]);
}
