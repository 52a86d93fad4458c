import type { Config } from './config';
import type { Domain } from './domain';
import { startExecutor } from './executor';
import { createLog, type Log } from './observability/log';
import { openDomain } from './open-domain';
import { type Server, startServer } from './server';
import { version } from './version';
import { startWorker } from './worker';

/** One machine's Lethe: server and executor in this process, each run's trainer in a process of its own. */
export async function start(config: Config): Promise<void> {
  await serve(config, async (domain, log) => {
    const executor = await startExecutor({ ...executorOptions(config), domain, log });
    const server = await startServer(config, domain, log).catch(async (error: unknown) => {
      await executor.stop();
      throw error;
    });
    const worker = await startWorker({ domain, log });
    announce(server, config, domain, log);
    return async () => {
      await server.close();
      await worker.stop();
      await executor.stop();
    };
  });
}

/** Only the API, where executors are processes of their own. */
export async function startServerAlone(config: Config): Promise<void> {
  await serve(config, async (domain, log) => {
    const server = await startServer(config, domain, log);
    const worker = await startWorker({ domain, log });
    announce(server, config, domain, log);
    return async () => {
      await server.close();
      await worker.stop();
    };
  });
}

/** One more machine that does runs, for a server elsewhere that shares the database and the artifact store. */
export async function startExecutorAlone(config: Config): Promise<void> {
  await serve(config, async (domain, log) => {
    const executor = await startExecutor({ ...executorOptions(config), domain, log });
    process.stdout.write(`Executor ${executor.id}  data in ${config.home}\n`);
    return () => executor.stop();
  });
}

/** The first line of the output is what a person needs, and what programs read to find the server. */
function announce(server: Server, config: Config, domain: Domain, log: Log): void {
  const shown = {
    token: `token ${server.token}`,
    'no-bootstrap': 'bootstrap token off',
    none: 'no token asked for',
  }[config.auth];
  process.stdout.write(`Lethe listens on ${server.url}  ${shown}  data in ${config.home}\n`);
  log.info({ url: server.url, home: config.home, database: domain.database.kind }, 'listening');
}

function executorOptions({ home, pluginFolders, leaseSeconds, snapshotSeconds }: Config) {
  return { home, pluginFolders, version, leaseSeconds, snapshotEveryMs: snapshotSeconds * 1000 };
}

/** Opens the domain, begins, and ends everything in good order when the process is asked to stop. */
async function serve(config: Config, begin: (domain: Domain, log: Log) => Promise<() => Promise<void>>): Promise<void> {
  const log = createLog(config.logLevel);
  const asked = untilAsked(log);
  const domain = await openDomain(config);
  try {
    const end = await begin(domain, log);
    await asked;
    await end();
  } finally {
    await domain.close();
  }
  log.info('stopped');
}

/**
 * Resolves at the first SIGTERM or SIGINT. A later one does not wait for anything; one at the same moment is the same
 * Ctrl-C, which a terminal sends to all its processes and npm passes on to its child once more.
 */
function untilAsked(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const stop = (signal: NodeJS.Signals) => {
      if (askedAt !== undefined && Date.now() - askedAt > 1000) process.exit(1);
      if (askedAt !== undefined) return;
      askedAt = Date.now();
      log.info({ signal }, 'draining; ask again to stop at once');
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
