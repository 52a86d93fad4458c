import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { createSchema, printedSchema } from '../../src/api/schema';

const schema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const roots = ['Query', 'Mutation', 'Subscription'];

test('schema.graphql is what the resolvers say', () => {
  expect(readFileSync(resolve(__dirname, '../../../schema.graphql'), 'utf8')).toBe(printedSchema());
});

test('the schema is the manual: every type, field, argument and enum value is described', () => {
  const silent = types.flatMap((type) => [
    ...(type.description || roots.includes(type.name) ? [] : [type.name]),
    ...parts(type)
      .filter(([, description]) => !description)
      .map(([name]) => name),
  ]);
  expect(silent).toEqual([]);
});

function parts(type: GraphQLNamedType): [string, string | null | undefined][] {
  if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value.description]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.description]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field.description] as [string, string | null | undefined],
    ...field.args.map(
      (argument) =>
        [`${type.name}.${field.name}(${argument.name})`, argument.description] as [string, string | null | undefined],
    ),
  ]);
}

test('every mutation takes one input and returns its success or refusals that are user errors', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect(mutations.map(({ name }) => name).sort()).toEqual([
    'addRecipient',
    'cancelRun',
    'cancelVerification',
    'checkIdentity',
    'createAlias',
    'createForgetSet',
    'createPlaybook',
    'createPolicy',
    'createRetainSet',
    'createWebhook',
    'decideCheckpoint',
    'declareTraining',
    'deleteCheckpoint',
    'enableWebhook',
    'evaluateCheckpoint',
    'extendDeadline',
    'givePlaybook',
    'holdErasureRequest',
    'importCheckpoint',
    'informRecipient',
    'liftHold',
    'linkForgetSet',
    'mergeCheckpoints',
    'moveAliases',
    'moveErasureRequest',
    'protectAlias',
    'receiveErasureRequest',
    'registerDataset',
    'replayDelivery',
    'rollbackAlias',
    'startRun',
    'takeRequestStep',
    'unlinkSubject',
    'verifyCheckpoint',
    'verifyRun',
    'withdrawApproval',
  ]);
  for (const { name, args, type } of mutations) {
    expect(args.map((argument) => argument.name)).toEqual(['input']);
    const union = schema.getType(String(type).replace('!', ''));
    const members = isUnionType(union) ? union.getTypes() : [];
    const successes = members.filter((member) => !member.getInterfaces().some((each) => each.name === 'UserError'));
    expect([name, successes.length]).toEqual([name, 1]);
    expect(members.length).toBeGreaterThan(1);
  }
});

test('everything with an id is a Node', () => {
  const withId = types.filter(isObjectType).filter((type) => type.getFields().id);
  for (const type of withId) expect(type.getInterfaces().map(({ name }) => name)).toContain('Node');
});
