import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A server of its own, exactly as `npm start` runs it, on a free port and with a home folder of its own. */
export interface ServerProcess {
  url: string;
  token: string;
  /** File that holds its structured log. */
  log: string;
  /** Asks it to drain and waits until it has gone. */
  stop(): Promise<void>;
}

/** @throws Error with the tail of the log when the server does not come up */
export async function startServerProcess(home: string): Promise<ServerProcess> {
  await mkdir(home, { recursive: true });
  const log = join(home, 'server.log');
  const child = spawn(process.execPath, [resolve(__dirname, '../../src/cli.js'), 'start'], {
    env: {
      ...process.env,
      LETHE_HOME: home,
      LETHE_PORT: '0',
      LETHE_HOST: '127.0.0.1',
      LETHE_AUTH: 'token',
      LETHE_IMPORT_FOLDERS: '/',
      DATABASE_URL: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(log);
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    file.write(`${line}\n`);
    tail.push(line);
    if (tail.length > 20) tail.shift();
  });
  const line = await firstLine(child);
  const [, url, token] = /(https?:\S+).* token (\S+)/.exec(line ?? '') ?? [];
  if (!url || !token) throw new Error(`The server did not start:\n${[line ?? '', ...tail].join('\n')}`);
  return {
    url,
    token,
    log,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Undefined when the process ends without having said anything. */
async function firstLine(child: ChildProcess): Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout! });
  return new Promise((resolveLine, reject) => {
    lines.once('line', resolveLine);
    child.once('error', reject);
    child.once('close', () => resolveLine(undefined));
  });
}
