import {
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';

const NOWHERE = '00000000-0000-4000-8000-00000000dead';

/** A document that asks for one root field and nothing else, with some value for whatever the field insists on. */
export function anyDocument(schema: GraphQLSchema, operation: 'query' | 'mutation' | 'subscription', name: string) {
  const types = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  const field = types[operation]!.getFields()[name]!;
  const given = field.args
    .filter(
      ({ type, defaultValue }) =>
        (isNonNullType(type) && defaultValue === undefined) ||
        // A subscription that is not asked about anything in particular would never end.
        (operation === 'subscription' && getNamedType(type).name === 'ID'),
    )
    .map((argument) => `${argument.name}: ${anyValue(argument.type)}`);
  return `${operation} { ${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection(field.type)} }`;
}

function selection(type: GraphQLOutputType): string {
  return isLeafType(getNamedType(type)) ? '' : ' { __typename }';
}

function anyValue(type: GraphQLInputType): string {
  if (isNonNullType(type)) return anyValue(type.ofType);
  if (isListType(type)) return `[${anyValue(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${fields.map((field) => `${field.name}: ${anyValue(field.type)}`).join(', ')} }`;
  }
  const values: Record<string, string> = { ID: `"${NOWHERE}"`, Int: '1', Float: '1', BigInt: '1', Boolean: 'true' };
  return (
    values[type.name] ??
    (/^JSON/.test(type.name) ? '{}' : type.name === 'DateTime' ? '"2026-01-01T00:00:00Z"' : '"cat:0-1"')
  );
}
