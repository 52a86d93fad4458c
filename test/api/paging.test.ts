import { TestServer } from '../support/server';

interface Page {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  edges: { cursor: string; node: { name: string } }[];
}

let lethe: TestServer;
beforeAll(async () => {
  lethe = await TestServer.start();
});
afterAll(() => lethe.close());

async function page(first: number, after?: string | null): Promise<Page> {
  const { data } = await lethe.ask(
    `query ($first: Int!, $after: String) {
       checkpoints(first: $first, after: $after) {
         totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } }
       }
     }`,
    { first, after },
  );
  return data?.checkpoints as Page;
}

test('an empty list is a page', async () => {
  expect(await page(10)).toEqual({
    totalCount: 0,
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('pages walk the list newest first, each row once, also while rows come and go', async () => {
  for (let i = 0; i < 7; i++) await lethe.domain.checkpoints.import({ name: `${i}`, source: 'somewhere' });
  const seen: string[] = [];
  let after: string | null | undefined;
  for (let pages = 0; pages < 10; pages++) {
    const { edges, pageInfo, totalCount } = await page(3, after);
    expect(totalCount).toBe(7 + pages);
    expect(pageInfo).toMatchObject({
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
      hasPreviousPage: pages > 0,
    });
    seen.push(...edges.map(({ node }) => node.name));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
    await lethe.domain.checkpoints.import({ name: `new ${pages}`, source: 'somewhere' });
  }
  expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0']);
});

test.each([
  'x',
  '',
  '!!!',
  Buffer.from('1:2:3').toString('base64url'),
  Buffer.from(`0:'; DROP TABLE run; --`).toString('base64url'),
  Buffer.from('99999999999999999999:00000000-0000-4000-8000-000000000000').toString('base64url'),
])('the malformed cursor %p is refused', async (after) => {
  const { data, errors } = await lethe.ask('query ($after: String) { checkpoints(after: $after) { totalCount } }', {
    after,
  });
  expect([data, errors?.[0]?.extensions.code]).toEqual([null, 'MALFORMED_CURSOR']);
});
