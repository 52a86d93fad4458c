import {
  type GraphQLInputType,
  type GraphQLNamedType,
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

type Operation = 'query' | 'mutation' | 'subscription';

/** One value of a document: the names of an argument and of the input fields that lead to it, and what is written there. */
export interface Given {
  path: readonly string[];
  literal: string;
}

/**
 * A document that asks for one root field and nothing else, with some value for whatever the field insists on.
 * @param given a value to have in it, whether or not the field insists on it
 */
export function anyDocument(schema: GraphQLSchema, operation: Operation, name: string, given?: Given): string {
  const field = rootField(schema, operation, name);
  const values = field.args
    .filter(
      ({ type, defaultValue, name: argument }) =>
        (isNonNullType(type) && defaultValue === undefined) ||
        argument === given?.path[0] ||
        // A subscription that is not asked about anything in particular would never end.
        (operation === 'subscription' && getNamedType(type).name === 'ID'),
    )
    .map((argument) => `${argument.name}: ${anyValue(argument.type, below(argument.name, given))}`);
  return `${operation} { ${name}${values.length > 0 ? `(${values.join(', ')})` : ''}${selection(field.type)} }`;
}

/** The paths of all values of one of these scalars that a root field takes. */
export function pathsOf(schema: GraphQLSchema, operation: Operation, name: string, scalars: readonly string[]) {
  const found: string[][] = [];
  const walk = (type: GraphQLNamedType, path: string[]) => {
    if (scalars.includes(type.name)) found.push(path);
    if (!isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) walk(getNamedType(field.type), [...path, field.name]);
  };
  for (const argument of rootField(schema, operation, name).args) walk(getNamedType(argument.type), [argument.name]);
  return found;
}

function rootField(schema: GraphQLSchema, operation: Operation, name: string) {
  const types = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return types[operation]!.getFields()[name]!;
}

/** What is given of a value of this name: nothing, unless the path leads there. */
function below(name: string, given: Given | undefined): Given | undefined {
  return given && given.path[0] === name ? { ...given, path: given.path.slice(1) } : undefined;
}

function selection(type: GraphQLOutputType): string {
  return isLeafType(getNamedType(type)) ? '' : ' { __typename }';
}

function anyValue(type: GraphQLInputType, given?: Given): string {
  if (isNonNullType(type)) return anyValue(type.ofType, given);
  if (isListType(type)) return `[${anyValue(type.ofType, given)}]`;
  if (given?.path.length === 0) return given.literal;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || field.name === given?.path[0],
    );
    return `{ ${fields.map((field) => `${field.name}: ${anyValue(field.type, below(field.name, given))}`).join(', ')} }`;
  }
  const values: Record<string, string> = { ID: `"${NOWHERE}"`, Int: '1', Float: '1', BigInt: '1', Boolean: 'true' };
  return (
    values[type.name] ??
    (/^JSON/.test(type.name) ? '{}' : type.name === 'DateTime' ? '"2026-01-01T00:00:00Z"' : '"cat:0-1"')
  );
}
