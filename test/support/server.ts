import { request } from 'node:http';
import { join } from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { type Config, readConfig } from '../../src/config';
import type { Domain, DomainOptions } from '../../src/domain';
import { type Server, startServer } from '../../src/server';
import { freshEmbedded, type Place } from './databases';
import { openDomain } from './domain';
import { closedLastly } from './lastly';

export interface Answer {
  status: number;
  data: Record<string, unknown> | null;
  errors?: { message: string; path?: string[]; extensions: { code: string; id?: string } }[];
}

/** A server on an embedded database of its own, spoken to over real HTTP and WebSocket. */
export class TestServer {
  private constructor(
    readonly place: Place,
    readonly domain: Domain,
    readonly server: Server,
    /** Lines of the server's log, errors only. */
    readonly logged: string[],
  ) {}

  static async start(environment: NodeJS.ProcessEnv = {}, more: Partial<DomainOptions> = {}): Promise<TestServer> {
    const place = await freshEmbedded();
    const config: Config = { ...readConfig(environment), port: 0, home: join(place.folder, 'home') };
    const domain = await openDomain(place, more);
    const logged: string[] = [];
    const log = pino({ level: 'error' }, { write: (line) => logged.push(line) });
    return new TestServer(place, domain, closedLastly(await startServer(config, domain, log)), logged);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.domain.close();
    await this.place.discard();
  }

  get url(): string {
    return this.server.url;
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.server.token}`, 'content-type': 'application/json' };
  }

  async ask(query: string, variables: object = {}): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }));
  }

  async post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      body,
      headers: { ...this.headers, ...headers },
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  }

  /** The status of a request with headers that `fetch` does not let one set, such as Host. */
  status(headers: Record<string, string>, path = '/graphql'): Promise<number | undefined> {
    const { port, hostname } = new URL(this.url);
    return new Promise((resolve, reject) => {
      request({ port, hostname, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  socket(connectionParams: Record<string, unknown> = { token: this.server.token }, headers?: object): Client {
    class Socket extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: { ...headers } });
      }
    }
    const url = `${this.url.replace('http', 'ws')}/graphql`;
    return createClient({ url, webSocketImpl: Socket, connectionParams, retryAttempts: 0 });
  }
}

/** How a subscription went: what it sent, and whether it completed or why not. */
export interface Followed<T> {
  items: T[];
  /** Codes of the errors it sent in place of items. */
  errors: unknown[];
  end:
    | 'completed'
    | { code?: number; reason?: string }
    | readonly { message: string; extensions?: { code?: string } }[];
}

/** Follows to the end. */
export function follow<T>(
  client: Client,
  query: string,
  variables = {},
  each?: (item: T) => void,
): Promise<Followed<T>> {
  const items: T[] = [];
  const errors: unknown[] = [];
  return new Promise((resolve) => {
    client.subscribe<T>(
      { query, variables },
      {
        next: ({ data, errors: sent }) => {
          errors.push(...(sent ?? []).map(({ extensions }) => extensions?.code));
          if (data == null) return;
          items.push(data);
          each?.(data);
        },
        error: (error) => resolve({ items, errors, end: error as Followed<T>['end'] }),
        complete: () => resolve({ items, errors, end: 'completed' }),
      },
    );
  });
}
