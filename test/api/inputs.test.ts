import { defaultFieldResolver, type GraphQLResolveInfo, getNamedType, isObjectType } from 'graphql';
import type { Client } from 'graphql-ws';
import { longestText } from '../../src/api/input-limits';
import { createSchema } from '../../src/api/schema';
import { accessTable, Misuse } from '../../src/domain';
import { checkpointIntake } from '../../src/intake/checkpoint-intake';
import { datasetIntake } from '../../src/intake/dataset-intake';
import { ImportFolders } from '../../src/intake/import-folders';
import { anyDocument, type Given, pathsOf } from '../support/any-document';
import { follow, TestServer } from '../support/server';

const schema = createSchema();
const operations = { Query: 'query', Mutation: 'mutation', Subscription: 'subscription' } as const;

/** A root field, and the ways to every value of one of these scalars that it takes. */
const fieldsWith = (...scalars: string[]) =>
  Object.entries(operations).flatMap(([door, operation]) =>
    Object.keys(accessTable[door as keyof typeof operations])
      .map((name) => ({ operation, name, paths: pathsOf(schema, operation, name, scalars) }))
      .filter(({ paths }) => paths.length > 0),
  );
type Field = ReturnType<typeof fieldsWith>[number];

let lethe: TestServer;
let client: Client;
beforeAll(async () => {
  const folders = new ImportFolders(undefined);
  const readers = { readDataset: datasetIntake(folders), readCheckpoint: checkpointIntake(folders, 'hub') };
  lethe = await TestServer.start({}, readers);
  client = lethe.socket();
});
afterAll(async () => {
  await client.dispose();
  await lethe.close();
});

interface Answer {
  given: Given;
  /** Of the error or refusal. */
  code?: string;
  message?: string;
}

/** What a root field says to each of these values. */
async function answers({ operation, name }: Field, values: Given[]): Promise<Answer[]> {
  const answered: Answer[] = [];
  // Mutations answer one by one and with values; of several queries that fail, one error may be all that is left.
  const size = operation === 'mutation' ? 30 : 1;
  for (let from = 0; from < values.length; from += size) {
    const some = values.slice(from, from + size);
    const fields = some.map((given, i) => {
      const [, field] = /^\w+ \{ (.*) \}$/s.exec(anyDocument(schema, operation, name, given))!;
      return `a${i}: ${operation === 'mutation' ? field!.replace('{ __typename }', REFUSED) : field}`;
    });
    const document = `${operation} { ${fields.join(' ')} }`;
    if (operation === 'subscription') {
      const { errors } = await follow(client, document);
      answered.push({ given: some[0]!, code: errors[0] as string });
    } else {
      const { data, errors = [] } = await lethe.ask(document);
      for (const [i, given] of some.entries()) {
        const error = errors.find(({ path }) => path?.[0] === `a${i}`);
        const refusal = data?.[`a${i}`] as { code?: string; message?: string } | null | undefined;
        answered.push({
          given,
          code: error?.extensions.code ?? refusal?.code,
          message: error?.message ?? refusal?.message,
        });
      }
    }
  }
  return answered;
}
const REFUSED = '{ ... on UserError { code message } }';

/** Random, for what repeats itself is compressed before it is put into an index: three bytes a character. */
const longText = (length: number) =>
  String.fromCharCode(...Array.from({ length }, () => 0x4e00 + Math.floor(Math.random() * 0x5000)));
const texts = fieldsWith('String', 'ID');

test('the schema has its texts', () => {
  expect(texts.flatMap(({ paths }) => paths).length).toBeGreaterThan(150);
});

test.each(texts)('no text of $operation $name has U+0000 in it or is longer than it may be', async (field) => {
  const values = field.paths.flatMap((path) => {
    const tooLong = longText(longestText(path.at(-1)!) + 1);
    return ['a\0b', tooLong].map((text) => ({ path, literal: JSON.stringify(text) }));
  });
  const code = field.operation === 'mutation' ? 'INVALID_INPUT' : 'BAD_USER_INPUT';
  for (const { given, ...answer } of await answers(field, values)) {
    expect({ given, ...answer }).toMatchObject({ given, code });
    if (field.operation === 'subscription') continue;
    expect(answer.message).toMatch(/(has U\+0000|may have at most)/);
    expect(answer.message).toContain(given.path.at(-1)!);
    expect(answer.message!.length).toBeLessThan(200);
  }
});

test.each(texts)('texts of $operation $name as long as they may be are no trouble', async (field) => {
  const values = field.paths.map((path) => ({ path, literal: JSON.stringify(longText(longestText(path.at(-1)!))) }));
  for (const answer of await answers(field, values)) {
    expect(answer.message ?? '').not.toMatch(/may have at most|has U\+0000/);
    expect(answer.code).not.toBe('INTERNAL_SERVER_ERROR');
  }
  expect(lethe.logged.splice(0)).toEqual([]);
});

test.each(fieldsWith('DateTime'))('moments of $operation $name lie in years that a database knows', async (field) => {
  const values = field.paths.flatMap((path) =>
    ['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z'].map((time) => ({ path, literal: JSON.stringify(time) })),
  );
  for (const { code } of await answers(field, values)) expect(['INVALID_INPUT', 'BAD_USER_INPUT']).toContain(code);
});

test.each(fieldsWith('JSON', 'JSONObject'))(
  'texts and depth of the JSON of $operation $name are limited',
  async (field) => {
    const deep = `${'{ a: '.repeat(40)}1${' }'.repeat(40)}`;
    const values = field.paths.flatMap((path) =>
      ['{ a: "\\u0000" }', '{ a: [1, "\\u0000"] }', `{ a: { b: "${longText(256)}" } }`, deep].map((literal) => ({
        path,
        literal,
      })),
    );
    const found = await answers(field, values);
    for (const { code } of found) expect(code).toBe('INVALID_INPUT');
    expect(found[1]!.message).toBe('parameters.a.1 has U+0000 or half of a surrogate pair in it');
  },
);

test.each([
  ['a key of JSON', { parameters: { 'a\0b': 1 } }, ['parameters']],
  ['a number that JSON has no name for', { parameters: { a: 'INFINITE' } }, ['parameters', 'a']],
  ['half of a surrogate pair', { method: '\ud83d' }, ['method']],
  ['an item of a list', { templates: ['a photo of {}', '\0'] }, ['templates', '1']],
])('%s is refused in variables', async (_, wrong, path) => {
  const query = `mutation ($input: StartRunInput!) { startRun(input: $input) { ... on UserError { code path } } }`;
  const input = { checkpointId: 'a', method: 'b', forgetSetId: 'c', ...wrong };
  const body = JSON.stringify({ query, variables: { input } }).replace('"INFINITE"', '1e999');
  expect((await lethe.post(body)).data).toEqual({ startRun: { code: 'INVALID_INPUT', path } });
});

test('the same holds for the fields of things', async () => {
  const below = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__') && !/^(Query|Mutation|Subscription)$/.test(type.name)
      ? Object.values(type.getFields()).flatMap((field) =>
          field.args.map((argument) => ({ field, argument, of: getNamedType(argument.type).name })),
        )
      : [],
  );
  const ofText = below.filter(({ of }) => of === 'String' || of === 'ID');
  expect(ofText.length).toBeGreaterThan(5);
  for (const { field, argument } of ofText) {
    const resolve = field.resolve ?? defaultFieldResolver;
    const ask = () => resolve({}, { [argument.name]: 'a\0b' }, {}, {} as GraphQLResolveInfo);
    expect(ask).toThrow(Misuse);
    expect(ask).toThrow(`${argument.name} has U+0000`);
  }
});
