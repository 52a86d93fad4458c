import { limits } from '../../src/api/server/limits';
import { follow, TestServer } from '../support/server';

let lethe: TestServer;
beforeAll(async () => {
  lethe = await TestServer.start();
});
afterAll(() => lethe.close());

const deep = `{ checkpoints { edges { node { ${'parent { '.repeat(30)} id ${'} '.repeat(30)} } } } }`;
const tooMuch: [string, string][] = [
  ['deep', deep],
  ['many aliases', `{ ${Array.from({ length: 200 }, (_, i) => `a${i}: info { version }`).join(' ')} }`],
  ['many tokens', `{ ${'info { version } '.repeat(2_000)} }`],
  ['many directives', `{ info ${'@skip(if: false) '.repeat(100)} { version } }`],
  ['costly', '{ checkpoints(first: 100) { edges { node { evaluations(first: 100) { edges { node { id } } } } } } }'],
  [
    'a fragment that hides the depth',
    `fragment F on Checkpoint { ${'parent { '.repeat(20)} id ${'} '.repeat(20)} }
    { checkpoints { edges { node { ...F } } } }`,
  ],
];

test.each(tooMuch)('a query that is %s is refused over HTTP', async (_, query) => {
  const { status, data, errors } = await lethe.ask(query);
  expect([status, data]).toEqual([400, undefined]);
  expect(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'QUERY_TOO_COSTLY']).toContain(
    errors?.[0]?.extensions.code,
  );
});

test.each(tooMuch)('a query that is %s is refused over WebSocket', async (_, query) => {
  const client = lethe.socket();
  const { items, end } = await follow(client, query);
  await client.dispose();
  expect(items).toEqual([]);
  expect(end).toEqual(
    expect.arrayContaining([expect.objectContaining({ message: expect.stringMatching(/limit|tokens/) })]),
  );
});

test('10 MB are refused with 413, and the server goes on', async () => {
  const { status, errors } = await lethe.ask(`{ info { version } }${' '.repeat(10_000_000)}`);
  expect([status, errors?.[0]?.extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect((await lethe.ask('{ info { version } }')).status).toBe(200);
});

test('10 MB over WebSocket close that socket and no other', async () => {
  const [bystander, client] = [lethe.socket(), lethe.socket()];
  const { end } = await follow(client, `{ info { version } }${' '.repeat(10_000_000)}`);
  expect(end).toMatchObject({ code: 1009 });
  expect((await follow(bystander, '{ info { version } }')).end).toBe('completed');
  await bystander.dispose();
  await client.dispose();
});

test('one operation too many on a WebSocket is refused, and those that run go on', async () => {
  const client = lethe.socket();
  const { operationsPerSocket } = limits;
  const codes: unknown[] = [];
  const ends: string[] = [];
  const stops = Array.from({ length: operationsPerSocket }, () =>
    client.subscribe(
      { query: 'subscription { lineageChanged { __typename } }' },
      { next: () => {}, error: () => ends.push('error'), complete: () => ends.push('complete') },
    ),
  );
  for (let running = 0; running < operationsPerSocket; await new Promise((done) => setTimeout(done, 20))) {
    const value = /^lethe_subscriptions (\d+)/m.exec(await (await fetch(`${lethe.url}/metrics`, lethe)).text())?.[1];
    running = Number(value);
  }
  for (let i = 0; i < 2; i++) {
    const { end } = await follow(client, '{ info { version } }');
    codes.push((end as { extensions?: { code: string } }[])[0]?.extensions?.code);
  }
  expect([codes, ends]).toEqual([['TOO_MANY_OPERATIONS', 'TOO_MANY_OPERATIONS'], []]);
  stops.pop()!();
  const answered = async () => (await follow(client, '{ info { version } }')).end === 'completed';
  while (!(await answered())) await new Promise((done) => setTimeout(done, 20));
  expect(ends).toEqual(['complete']);
  await client.dispose();
});

test('what is not JSON, not GraphQL or not in the schema is answered 400, without hints', async () => {
  expect(await lethe.post('{')).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  expect(await lethe.ask('{')).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
  });
  const { status, errors } = await lethe.ask('{ checkpoint_ }');
  expect(status).toBe(400);
  expect(errors?.[0]?.message).not.toContain('Did you mean');
});

test('pages have 1 to 100 rows', async () => {
  for (const first of [0, -1, 101]) {
    const { errors } = await lethe.ask('query ($first: Int!) { runs(first: $first) { totalCount } }', { first });
    expect(errors?.[0]?.extensions.code).toBe('BAD_PAGE_SIZE');
  }
});

test('an unexpected error is masked, with an id that is in the log', async () => {
  await lethe.domain.database.query('ALTER TABLE method RENAME TO method_gone');
  const broken = await lethe.ask('{ methods { name } }');
  await lethe.domain.database.query('ALTER TABLE method_gone RENAME TO method');
  const [error] = broken.errors ?? [];
  expect(error?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(error?.message).toContain(error?.extensions.id);
  expect(lethe.logged.find((line) => line.includes(error?.extensions.id ?? '-'))).toMatch(
    /relation .*method.* does not exist/,
  );
  expect(JSON.stringify(broken)).not.toMatch(/relation|method_gone|stack/);
});
