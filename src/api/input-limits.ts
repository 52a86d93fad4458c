import {
  defaultFieldResolver,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { Misuse, refuse } from '../domain';
import { refusalType } from './user-error';

/**
 * UTF-16 units that a text may have. A name fits into an index of the database, and so does the name of any folder that
 * a class can be called after.
 */
const USUAL_LENGTH = 255;

/** Texts that may be longer, by the name of their argument. */
const longer: Readonly<Record<string, number>> = {
  // Prose.
  comment: 10_000,
  reason: 10_000,
  reasons: 10_000,
  // What is put before a model, or looked for in what was.
  captionContains: 1000,
  subjects: 1000,
  templates: 1000,
  // Somebody, in the words of another system.
  actor: 1000,
  subjectReference: 1000,
  // Where something is: PATH_MAX of Linux, and what web servers take.
  source: 4096,
  url: 2048,
};

export const longestText = (argument: string): number => longer[argument] ?? USUAL_LENGTH;

/** Nested lists and objects of a JSON value. */
const DEEPEST_JSON = 32;
const FIRST_MOMENT = new Date('1970-01-01T00:00:00Z');
const LAST_MOMENT = new Date('9999-12-31T23:59:59.999Z');

/** What is wrong with a value, and where. */
interface Problem {
  path: string[];
  problem: string;
}

type Examine = (value: unknown, path: string[], name: string) => Problem | null;

/** What values of a scalar may be beyond what GraphQL asks of them. The schema has no scalar that is not here. */
const scalars: Readonly<Record<string, Examine>> = {
  String: problemOfText,
  ID: problemOfText,
  DateTime: (value, path) =>
    FIRST_MOMENT <= (value as Date) && (value as Date) <= LAST_MOMENT
      ? null
      : { path, problem: 'must lie in the years from 1970 to 9999' },
  JSON: (value, path, name) => problemOfJson(value, path, name, DEEPEST_JSON),
  JSONObject: (value, path, name) => problemOfJson(value, path, name, DEEPEST_JSON),
  Boolean: () => null,
  Int: () => null,
  Float: () => null,
  BigInt: () => null,
};

/**
 * Looks at every argument of every field before the field is resolved, so that no resolver has to: texts that the
 * database cannot keep or index, and moments that it does not know, are refused. A mutation answers with a value, as it
 * does with every refusal; anything else fails as misuse does.
 */
export function limitInputs(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) && !Object.hasOwn(scalars, type.name)) {
      throw new Error(`internal: src/api/input-limits.ts does not say what a ${type.name} may be`);
    }
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isMutation = type === schema.getMutationType();
    for (const field of Object.values(type.getFields())) {
      const { args: declared, subscribe, resolve = defaultFieldResolver } = field;
      if (declared.length === 0) continue;
      if (subscribe) {
        field.subscribe = async (root, given, context, info) => {
          throwIf(problemOf(declared, given));
          return subscribe(root, given, context, info);
        };
      } else {
        field.resolve = (root, given, context, info) => {
          const found = problemOf(declared, given);
          if (found && isMutation) return refused(found);
          throwIf(found);
          return resolve(root, given, context, info);
        };
      }
    }
  }
  return schema;
}

function throwIf(found: Problem | null): void {
  if (found) throw new Misuse('BAD_USER_INPUT', sentence(found));
}

/** Of a mutation everything is in `input`, which a refusal's path leaves out. */
function refused({ path: [, ...path], problem }: Problem): object {
  const { code, message } = refuse('INVALID_INPUT', path, { problem: sentence({ path, problem }) });
  return Object.assign(new (refusalType(code))(), { code, message, path });
}

/** Without the value: it may be long, or not to be told. */
const sentence = ({ path, problem }: Problem): string => `${path.join('.')} ${problem}`;

function problemOf(declared: readonly GraphQLArgument[], given: Record<string, unknown>): Problem | null {
  return first(declared, ({ type, name }) => problemOfValue(type, given[name], [name], name));
}

/** @param name of the argument or input field that the value is, or is in a list, of */
function problemOfValue(type: GraphQLInputType, value: unknown, path: string[], name: string): Problem | null {
  if (value === undefined || value === null || isEnumType(type)) return null;
  if (isNonNullType(type)) return problemOfValue(type.ofType, value, path, name);
  if (isListType(type)) {
    return first((value as unknown[]).entries(), ([i, item]) =>
      problemOfValue(type.ofType, item, [...path, `${i}`], name),
    );
  }
  if (isInputObjectType(type)) {
    const fields = value as Record<string, unknown>;
    return first(Object.values(type.getFields()), (field) =>
      problemOfValue(field.type, fields[field.name], [...path, field.name], field.name),
    );
  }
  return scalars[type.name]!(value, path, name);
}

function problemOfText(value: unknown, path: string[], name: string): Problem | null {
  const { length } = value as string;
  const longest = longestText(name);
  if (length > longest) return { path, problem: `may have at most ${longest} characters, and this has ${length}` };
  return isStorable(value as string) ? null : { path, problem: 'has U+0000 or half of a surrogate pair in it' };
}

/** PostgreSQL keeps no U+0000, and UTF-8 no half of a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

function problemOfJson(value: unknown, path: string[], name: string, depth: number): Problem | null {
  if (depth === 0) return { path, problem: `is nested deeper than ${DEEPEST_JSON} levels` };
  if (typeof value === 'string') return problemOfText(value, path, name);
  if (typeof value === 'number' && !Number.isFinite(value)) return { path, problem: 'is not a finite number' };
  if (typeof value !== 'object' || value === null) return null;
  return first(
    Object.entries(value),
    ([key, part]) =>
      (Array.isArray(value) ? null : problemOfText(key, path, name)) ??
      problemOfJson(part, [...path, key], name, depth - 1),
  );
}

function first<T>(items: Iterable<T>, find: (item: T) => Problem | null): Problem | null {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return null;
}
