import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** The server refused or could not be asked; `message` is fit to be shown as it is. */
export class ClientError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ClientError';
  }
}

interface Answer<T> {
  data?: T | null;
  errors?: readonly { message: string; extensions?: { code?: string } }[];
}

/** A client of the GraphQL API like any other: the command line and the demo know the server only through it. */
export class LetheClient {
  /** @param url of the server, such as `http://127.0.0.1:4000` */
  constructor(
    private readonly url: string,
    private readonly token: string | undefined,
  ) {}

  /** Runs a query or mutation over HTTP. @throws ClientError */
  async request<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const response = await this.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return unwrap((await response.json()) as Answer<T>);
  }

  /** Runs a mutation that has one root field and returns a union; a refusal is thrown. @throws ClientError */
  async mutate<T>(mutation: string, input: Record<string, unknown>): Promise<T> {
    const data = await this.request<Record<string, T & { code?: string; message?: string }>>(mutation, { input });
    const [answer] = Object.values(data);
    if (!answer) throw new ClientError('EMPTY_ANSWER', 'The server answered nothing');
    if (answer.code !== undefined) throw new ClientError(answer.code, answer.message ?? answer.code);
    return answer;
  }

  /** Follows a subscription over WebSocket until the server completes it. @throws ClientError */
  async *subscribe<T>(query: string, variables: Record<string, unknown>): AsyncGenerator<T> {
    const client = createClient({
      url: `${this.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { token: this.token },
      retryAttempts: 0,
    });
    try {
      for await (const answer of client.iterate<T>({ query, variables })) yield unwrap(answer as Answer<T>);
    } catch (error) {
      throw asClientError(error);
    } finally {
      await client.dispose();
    }
  }

  /** A plain HTTP request with the token. @throws ClientError when there is no server, or it does not answer 2xx */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token) headers.set('authorization', `Bearer ${this.token}`);
    const response = await fetch(`${this.url}${path}`, { ...init, headers }).catch((error: Error) => {
      throw new ClientError(
        'NO_SERVER',
        `No server answers at ${this.url} (${(error.cause as Error)?.message ?? error.message})`,
      );
    });
    if (response.ok) return response;
    const answer = await response.json().catch((): Answer<never> => ({}));
    unwrap(answer as Answer<never>);
    throw new ClientError('HTTP_ERROR', `The server answered ${response.status} ${response.statusText}`);
  }
}

function unwrap<T>({ data, errors }: Answer<T>): T {
  const [first] = errors ?? [];
  if (first) throw new ClientError(first.extensions?.code ?? 'ERROR', first.message);
  return data as T;
}

/** graphql-ws rejects with what closed the socket, or with the list of GraphQL errors. */
function asClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  if (Array.isArray(error)) return new ClientError('ERROR', error.map(({ message }) => message).join('; '));
  const { code, reason, message } = error as { code?: number; reason?: string; message?: string };
  return new ClientError('SOCKET_CLOSED', reason || message || `The WebSocket was closed (${code})`);
}
