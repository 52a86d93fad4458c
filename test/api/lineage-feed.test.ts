import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import type { CreateToken } from '../../src/domain';
import { lineageChannel } from '../../src/domain/lineage/lineage-feed';
import { granted } from '../support/domain';
import { follow, TestServer } from '../support/server';

interface Change {
  lineageChanged: {
    at: string;
    node: { subjectId: string; type: string; label: string; subject: { __typename: string; id: string } } | null;
    edge: { fromId: string; toId: string; kind: string; share: number | null } | null;
  };
}

const document = `subscription ($of: ID, $after: DateTime) {
  lineageChanged(of: $of, after: $after) {
    at node { subjectId type label subject { __typename id } } edge { fromId toId kind share }
  }
}`;

let lethe: TestServer;
const clients: Client[] = [];
beforeAll(async () => {
  lethe = await TestServer.start();
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await lethe.close();
});

const token = async (changes: Partial<CreateToken> = {}) =>
  granted(await lethe.domain.tokens.create({ name: 'dashboard', kind: 'BOT', roles: ['VIEWER'], ...changes }));

async function mutate(name: string, input: object, secret = lethe.server.token): Promise<{ id: string }> {
  const type = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ... on Node { id } ... on UserError { code } } }`;
  const answer = await lethe.post(JSON.stringify({ query, variables: { input } }), {
    authorization: `Bearer ${secret}`,
  });
  expect(answer.errors).toBeUndefined();
  const made = answer.data?.[name] as { id: string };
  expect(made).toEqual({ id: expect.any(String) });
  return made;
}

const checkpoint = async (name: string, more: { parentIds?: string[] } = {}, secret?: string): Promise<string> =>
  (await mutate('importCheckpoint', { name, source: `the ${name}`, ...more }, secret)).id;

async function until(reached: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !reached() && Date.now() < end; ) await sleep(20);
}

/** Follows the graph as a dashboard does. What is made after the first sign of life is new to it. */
async function watch(secret: string, variables: { of?: string; after?: string } = {}) {
  const client = lethe.socket({ token: secret });
  clients.push(client);
  const changes: Change['lineageChanged'][] = [];
  let signs = 0;
  const followed = follow<Change>(client, document, variables, ({ lineageChanged: change }) => {
    if (change.node || change.edge) changes.push(change);
    else signs++;
  });
  await until(() => signs > 0);
  const words = () => changes.map(({ node, edge }) => node?.label ?? edge!.kind);
  /** So many changes, and then none for as long as two signs of life take. */
  const settled = async (count: number) => {
    await until(() => changes.length >= count);
    const from = signs;
    await until(() => signs >= from + 2);
  };
  return { client, changes, words, settled, followed };
}

const listening = () => lethe.domain.database.notifications.listeners(lineageChannel);

test('nodes and edges of what mutations make arrive once each and in order, with the things themselves', async () => {
  await checkpoint('from before');
  const { secret } = await token();
  const { changes, words, settled } = await watch(secret);
  const original = await checkpoint('original');
  const tuned = await checkpoint('tuned', { parentIds: [original] });
  const sources = [original, tuned].map((checkpointId, i) => ({ checkpointId, weight: i === 0 ? 1 : 3 }));
  const merge = await mutate('mergeCheckpoints', { name: 'soup', sources });
  const rita = await token({ name: 'Rita', kind: 'PERSON', holder: 'rita', roles: ['REVIEWER'] });
  const decision = { checkpointId: tuned, decision: 'APPROVED', comment: 'looked at it' };
  const approval = await mutate('decideCheckpoint', decision, rita.secret);
  await settled(8);

  expect(words()).toEqual(['original', 'FINE_TUNED', 'tuned', 'USED', 'USED', 'soup', 'USED', 'tuned approved']);
  const at = changes.map((change) => change.at);
  expect(at).toEqual([...at].sort());
  expect(
    changes.flatMap(({ node }) => node ?? []).map(({ subjectId, type, subject }) => [subjectId, type, subject]),
  ).toEqual([
    [original, 'CHECKPOINT', { __typename: 'Checkpoint', id: original }],
    [tuned, 'CHECKPOINT', { __typename: 'Checkpoint', id: tuned }],
    [merge.id, 'MERGE', { __typename: 'CheckpointMerge', id: merge.id }],
    [approval.id, 'APPROVAL', { __typename: 'Approval', id: approval.id }],
  ]);
  const edges = changes.flatMap(({ edge }) => edge ?? []);
  expect(edges[0]).toEqual({ fromId: original, toId: tuned, kind: 'FINE_TUNED', share: null });
  expect(edges).toEqual(
    expect.arrayContaining([
      { fromId: original, toId: merge.id, kind: 'USED', share: 0.25 },
      { fromId: tuned, toId: merge.id, kind: 'USED', share: 0.75 },
      { fromId: tuned, toId: approval.id, kind: 'USED', share: null },
    ]),
  );

  const late = await watch(secret, { after: at[2]! });
  await late.settled(8);
  // A minute before is told again, and nothing of it twice.
  expect(late.words()).toEqual(expect.arrayContaining(words()));
  expect(new Set(late.changes.map(({ node, edge }) => JSON.stringify(node ?? edge))).size).toBe(late.changes.length);

  const one = await watch(secret, { of: original });
  await checkpoint('apart');
  const child = await checkpoint('child', { parentIds: [tuned] });
  await one.settled(2);
  expect(one.changes.map(({ node, edge }) => node?.subjectId ?? edge?.toId)).toEqual([child, child]);
});

test("another project's follower sees its own and nothing else, and may not follow what is not its own", async () => {
  const { id: projectId } = granted(await lethe.domain.projects.create({ name: 'elsewhere' }));
  const { secret } = await token({ projectId, roles: ['ENGINEER'] });
  const here = await watch((await token()).secret);
  const there = await watch(secret);
  const ours = await checkpoint('ours');
  await checkpoint('theirs', {}, secret);
  await Promise.all([here.settled(1), there.settled(1)]);
  expect([here.words(), there.words()]).toEqual([['ours'], ['theirs']]);
  const refused = await follow<Change>(there.client, document, { of: ours });
  expect(refused).toMatchObject({ items: [], errors: ['NOT_FOUND'] });
});

test('it ends when its token is revoked, and with it what it held in the database', async () => {
  const before = listening();
  const { token: row, secret } = await token();
  const { followed, changes } = await watch(secret);
  expect(listening()).toBe(before + 1);
  await lethe.domain.tokens.revoke(row.id);
  const { end } = await followed;
  expect(end).toMatchObject({ code: 4403, reason: 'The credentials are no longer valid' });
  await until(() => listening() === before);
  expect(listening()).toBe(before);
  await checkpoint('unseen');
  expect(changes).toEqual([]);
});

test('who leaves while nothing happens leaves nothing behind', async () => {
  const before = listening();
  const { secret } = await token();
  const client = lethe.socket({ token: secret });
  clients.push(client);
  const many = Array.from({ length: 10 }, () => client.iterate<Change>({ query: document }));
  await Promise.all(many.map((one) => one.next()));
  expect(listening()).toBe(before + 10);
  await Promise.all(many.map((one) => one.return?.()));
  await until(() => listening() === before);
  expect(listening()).toBe(before);
  // The socket itself is still good.
  expect((await follow(client, '{ me { roles } }')).items).toEqual([{ me: { roles: ['VIEWER'] } }]);
});
