import type { Config } from './config';
import { createLog, type Log } from './observability/log';
import { openDomain } from './open-domain';
import { type Server, startServer } from './server';

/** One machine's Lethe: server and executor in this process, each run's trainer in a process of its own. */
export async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const domain = await openDomain(config);
  let server: Server;
  try {
    server = await startServer(config, domain, log);
  } catch (error) {
    await domain.close();
    throw error;
  }
  // The first line of the output is what a person needs, and what programs read to find the server.
  const shown = server.token === undefined ? 'no token asked for' : `token ${server.token}`;
  process.stdout.write(`Lethe listens on ${server.url}  ${shown}  data in ${config.home}\n`);
  log.info({ url: server.url, home: config.home, database: domain.database.kind }, 'listening');
  await untilAsked(log);
  await server.close();
  await domain.close();
  log.info('stopped');
}

/** Resolves at the first SIGTERM or SIGINT. A second one does not wait for anything. */
function untilAsked(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      if (asked) process.exit(1);
      asked = true;
      log.info({ signal }, 'draining; ask again to stop at once');
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
