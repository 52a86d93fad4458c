import { GraphQLBigInt, GraphQLDateTime, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';

/** Scalars of the schema beside GraphQL's own. Counts and sizes can pass 2^31, hence BigInt. */
export const BigIntScalar = GraphQLBigInt;
export const DateTime = GraphQLDateTime;
export const Json = GraphQLJSON;
export const JsonObject = GraphQLJSONObject;
