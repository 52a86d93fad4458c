import type { LetheClient } from './lethe-client';

export interface NewToken {
  name: string;
  kind: 'PERSON' | 'BOT';
  holder?: string;
  roles: string[];
  expiresAt?: string;
  projectId?: string;
}

export interface Token {
  id: string;
  name: string;
  kind: string;
  actorId: string;
  roles: string[];
  /** Who could act with it beside its holder: who made it or gave it a role, and who made theirs. */
  vouchers: string[];
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

const shown = 'id name kind actorId roles vouchers expiresAt lastUsedAt revokedAt';

/** Makes a token; its secret is in the answer and nowhere else. @throws ClientError */
export function createToken(client: LetheClient, input: NewToken): Promise<{ secret: string; token: Token }> {
  return client.mutate(
    `mutation ($input: CreateTokenInput!) {
       createToken(input: $input) { ... on CreatedToken { secret token { ${shown} } } ... on UserError { code message } }
     }`,
    { ...input },
  );
}

/** Repeatable. @throws ClientError */
export function revokeToken(client: LetheClient, id: string): Promise<Token> {
  return client.mutate(
    `mutation ($input: RevokeTokenInput!) {
       revokeToken(input: $input) { ... on ApiToken { ${shown} } ... on UserError { code message } }
     }`,
    { id },
  );
}

/** All tokens of the project, newest first. @throws ClientError */
export async function* tokens(client: LetheClient): AsyncGenerator<Token> {
  for (let after: string | null = null, more = true; more; ) {
    const { apiTokens }: { apiTokens: TokenPage } = await client.request(
      `query ($after: String) {
         apiTokens(first: 100, after: $after) { edges { node { ${shown} } } pageInfo { hasNextPage endCursor } }
       }`,
      { after },
    );
    for (const { node } of apiTokens.edges) yield node;
    after = apiTokens.pageInfo.endCursor;
    more = apiTokens.pageInfo.hasNextPage;
  }
}

interface TokenPage {
  edges: { node: Token }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
