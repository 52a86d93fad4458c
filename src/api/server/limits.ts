import { ApolloArmor } from '@escape.tech/graphql-armor';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';

import { costRule } from './cost-rule';

/**
 * What one request may ask for; the same on HTTP and WebSocket. Generous beside what the demo sends (depth 5, cost below
 * 100) and small beside what hurts: three nested lists of full pages would read a million rows.
 */
export const limits = {
  /** Bytes of a request body or WebSocket message. */
  bodyBytes: 1024 * 1024,
  /** Lexical tokens of a document. */
  tokens: 4000,
  /** Nested selections. */
  depth: 14,
  aliases: 30,
  directives: 30,
  /** Weighted fields; a literal `first: n` multiplies what is below it. */
  cost: 20_000,
  /** Operations one WebSocket may run at a time. */
  operationsPerSocket: 50,
} as const;

/** Validation rules beside GraphQL's own. Token counting is left to the parser (armor's answers 500), cost is our own rule. */
export function limitRules(): ValidationRule[] {
  const { validationRules } = new ApolloArmor({
    maxDepth: { n: limits.depth, flattenFragments: true },
    maxAliases: { n: limits.aliases },
    maxDirectives: { n: limits.directives },
    costLimit: { enabled: false },
    maxTokens: { enabled: false },
    blockFieldSuggestion: { enabled: false },
  }).protect();
  return [...validationRules, costRule(limits.cost)];
}

/** A document that passed every limit, or the reasons it did not. Used where Apollo is not in the way: WebSocket. */
export function parseWithinLimits(schema: GraphQLSchema, source: string): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    throw error;
  }
  // Limits first: some of GraphQL's own rules take quadratic time on what the limits refuse.
  const tooMuch = validate(schema, document, limitRules());
  const errors = tooMuch.length > 0 ? tooMuch : validate(schema, document, specifiedRules, { maxErrors: 10 });
  return errors.length > 0 ? errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) : document;
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
}
