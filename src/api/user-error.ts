import { type ClassType, createUnionType, Field, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { Refusal, type RefusalCode, refusals } from '../domain';
import { enumOf } from './enum-of';

const codes = Object.keys(refusals) as RefusalCode[];

/** `the checkpoint {id}` -> `The checkpoint ... .`: the table of refusals is the schema's documentation of them. */
function about(code: RefusalCode): string {
  const text = refusals[code].replace(/\{(\w+)\}/g, '<$1>');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

export const UserErrorCodeEnum = enumOf(codes);
registerEnumType(UserErrorCodeEnum, {
  name: 'UserErrorCode',
  description: 'Every reason for which a mutation refuses.',
  valuesConfig: Object.fromEntries(codes.map((code) => [code, { description: about(code) }])),
});

@InterfaceType('UserError', {
  description: 'A mutation said no, for a reason its user can act on. Each reason is a type of its own.',
  resolveType: ({ code }: UserError) => typeName(code),
})
export abstract class UserError {
  @Field(() => UserErrorCodeEnum, { description: 'The reason, for programs.' })
  code: RefusalCode;

  @Field(() => String, { description: 'The reason, for people.' })
  message: string;

  @Field(() => [String], { description: 'The part of `input` that is meant.' })
  path: string[];
}

/** CHECKPOINT_NOT_FOUND -> CheckpointNotFound */
function typeName(code: RefusalCode): string {
  const words = code.toLowerCase().split('_');
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function declareRefusal(code: RefusalCode): ClassType<UserError> {
  @ObjectType(typeName(code), { implements: UserError, description: about(code) })
  class RefusalType extends UserError {}
  return RefusalType;
}

const refusalTypes = new Map(codes.map((code) => [code, declareRefusal(code)]));

/** The union of a mutation, and the function that turns the domain's answer into one of its members. */
export interface ResultType<Row> {
  union: object;
  show(answer: Row | Refusal): object;
}

/**
 * Declares what a mutation returns: the success type or one of the refusals. INVALID_INPUT is always among them: what a text
 * may be is the same for all mutations (input-limits.ts).
 * @param name of the union, such as `StartRunResult`
 * @param success the success type's class and how a row becomes one
 * @param refused every code that the domain's service can answer with
 */
export function resultType<Row extends object, T extends object>(
  name: string,
  success: { type: () => abstract new (...args: never[]) => T; show: (row: Row) => T },
  refused: readonly RefusalCode[],
): ResultType<Row> {
  const classes = [...new Set<RefusalCode>([...refused, 'INVALID_INPUT'])].map(refusalType);
  const union = createUnionType({
    name,
    description: 'What was asked for, or why not.',
    types: () => [success.type() as ClassType<T>, ...classes] as const,
  });
  return {
    union,
    show(answer) {
      if (!(answer instanceof Refusal)) return success.show(answer);
      const { code, message, path } = answer;
      if (!refused.includes(code)) throw new Error(`internal: ${name} has no place for ${code}: ${message}`);
      return Object.assign(new (refusalType(code))(), { code, message, path });
    },
  };
}

export function refusalType(code: RefusalCode): ClassType<UserError> {
  const type = refusalTypes.get(code);
  if (!type) throw new Error(`internal: no refusal ${code}`);
  return type;
}
