import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from 'graphql-ws';
import { certificateFacts } from '../../scripts/prove/example-facts';
import { createSchema } from '../../src/api/schema';
import { accessPage, accessTable, actingAs, type Right, type Role, roles } from '../../src/domain';
import { anyDocument } from '../support/any-document';
import { granted, setTheScene, success } from '../support/domain';
import { follow, TestServer } from '../support/server';

const schema = createSchema();
const operations = { Query: 'query', Mutation: 'mutation', Subscription: 'subscription' } as const;
const fields = Object.entries(operations).flatMap(([door, operation]) =>
  Object.entries(accessTable[door as keyof typeof operations]).map(([name, right]) => ({
    name,
    operation,
    right: right as Right,
    document: anyDocument(schema, operation, name),
  })),
);

let lethe: TestServer;
let elsewhere: string;
const secrets = new Map<Role, string>();
const clients: Client[] = [];
beforeAll(async () => {
  lethe = await TestServer.start();
  for (const role of roles) secrets.set(role, await secretOf([role]));
  elsewhere = granted(await lethe.domain.projects.create({ name: 'elsewhere' })).id;
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await lethe.close();
});

async function secretOf(given: Role[], projectId?: string): Promise<string> {
  const token = { name: given.join(), kind: 'BOT' as const, roles: given, projectId };
  return granted(await lethe.domain.tokens.create(token)).secret;
}

/** The code of the error that a root field answers with, over HTTP or, for subscriptions, WebSocket. */
async function codeOf({ document, operation }: { document: string; operation: string }, secret: string) {
  if (operation !== 'subscription') {
    const { status, errors } = await lethe.post(JSON.stringify({ query: document }), {
      authorization: `Bearer ${secret}`,
    });
    return [status, errors?.[0]?.extensions.code];
  }
  const client = lethe.socket({ token: secret });
  clients.push(client);
  return [200, (await follow(client, document)).errors[0]];
}

describe.each(roles)('%s', (role) => {
  test.each(fields)('$operation $name', async (field) => {
    const [status, code] = await codeOf(field, secrets.get(role)!);
    expect(status).toBe(200);
    if (!field.right.roles.includes(role)) expect(code).toBe('FORBIDDEN');
    // What is asked for is not there; a subscription says so with an error.
    else expect(code).toBe(field.operation === 'subscription' ? 'NOT_FOUND' : undefined);
  });

  test.each(Object.entries(accessTable.Http))('GET %s', async (route, given) => {
    const right: Right | 'PUBLIC' = given;
    const headers = { authorization: `Bearer ${secrets.get(role)!}` };
    const { status } = await fetch(`${lethe.url}${route.replace(':id', elsewhere)}`, { headers });
    const may = right === 'PUBLIC' || right.roles.includes(role);
    // `/graphql` without a query is a bad request, and there is no such checkpoint.
    expect(may ? [200, 400, 404] : [403]).toContain(status);
  });
});

test.each(fields)('nobody may $operation $name', async (field) => {
  if (field.operation === 'subscription') {
    const client = lethe.socket({});
    clients.push(client);
    expect((await follow(client, field.document)).end).toMatchObject({ code: 4403 });
  } else expect(await codeOf(field, 'nothing')).toEqual([401, 'UNAUTHENTICATED']);
});

test('what is about the installation is for the default project alone', async () => {
  const secret = await secretOf([...roles], elsewhere);
  for (const field of fields) {
    const [, code] = await codeOf(field, secret);
    expect([field.name, code === 'FORBIDDEN']).toEqual([field.name, field.right.installation === true]);
  }
  const headers = { authorization: `Bearer ${secret}` };
  expect((await fetch(`${lethe.url}/metrics`, { headers })).status).toBe(403);
});

test('a refusal says who may and who asked, and nothing is done', async () => {
  const query = 'mutation { createForgetSet(input: { name: "x", classes: ["cat"] }) { __typename } }';
  const { errors, data } = await lethe.post(JSON.stringify({ query }), {
    authorization: `Bearer ${secrets.get('REVIEWER')!}`,
  });
  expect(errors?.[0]?.message).toBe(
    'createForgetSet is for ENGINEER or PRIVACY_OFFICER or ADMIN; REVIEWER is REVIEWER',
  );
  expect(data).toBeNull();
  const listed = await lethe.ask('{ forgetSets { edges { node { name } } } }');
  expect(JSON.stringify(listed.data)).not.toContain('"x"');
});

test('viewers only read, and only administrators touch tokens and projects', () => {
  const doors = { ...accessTable.Mutation } as Record<string, Right>;
  expect(Object.values(doors).filter((right) => right.roles.includes('VIEWER'))).toEqual([]);
  const administrative = Object.keys(doors).filter((name) => String(doors[name]!.roles) === 'ADMIN');
  expect(administrative).toEqual(
    expect.arrayContaining(['changeTokenRoles', 'createProject', 'createToken', 'revokeToken']),
  );
});

test('docs/access.md has the table as it is', () => {
  const page = readFileSync(resolve(__dirname, '../../../docs/access.md'), 'utf8');
  expect(page).toContain(accessPage());
});

test('lineage shows the things themselves, and requests only to those who may see them', async () => {
  const { domain } = lethe;
  const scene = await setTheScene(domain);
  const { forget, checkpoint } = scene;
  const basis = { subjectReference: 'customer 4711', legalBasis: 'ART_17_1_B' as const };
  const request = granted(await domain.requests.receive({ ...basis, forgetSetId: forget.id }));
  const reviewer = { kind: 'PERSON' as const, id: 'person:rita', name: 'Rita', roles: ['REVIEWER' as const] };
  const decision = { checkpointId: checkpoint.id, decision: 'APPROVED' as const, comment: '' };
  const approval = granted(await actingAs(reviewer, () => domain.approvals.give(decision)));
  const seenBy = async (role: Role, id: string) => {
    const query = `{ lineage(of: "${id}", maxDepth: 1, types: []) { nodes { type subject { __typename id } } } }`;
    const { data } = await lethe.post(JSON.stringify({ query }), { authorization: `Bearer ${secrets.get(role)!}` });
    return (data as { lineage: { nodes: object[] } | null }).lineage?.nodes ?? null;
  };
  const shown = [{ type: 'ERASURE_REQUEST', subject: { __typename: 'ErasureRequest', id: request.id } }];
  expect(await seenBy('PRIVACY_OFFICER', request.id)).toEqual(shown);
  expect(await seenBy('VIEWER', request.id)).toBeNull();
  expect(await seenBy('VIEWER', approval.id)).toEqual([
    { type: 'APPROVAL', subject: { __typename: 'Approval', id: approval.id } },
  ]);
  const many = granted(await domain.datasets.register({ name: 'many', source: 'cat:20-39 dog:20-39' }));
  const run = granted(await domain.runs.start(scene.request));
  const work = await domain.work.claim(scene.executor, 60);
  if (work?.kind !== 'RUN') throw new Error('expected a run');
  await domain.attempts.succeed(work.claim, await success(domain, lethe.place, work.run));
  const verification = granted(await domain.verifications.verifyRun({ runId: run.id, datasetId: many.id }));
  const certificate = granted(await domain.issuer.issueFor({ runId: run.id }));
  for (const [type, name, { id }] of [
    ['VERIFICATION', 'Verification', verification],
    ['CERTIFICATE', 'Certificate', certificate],
  ] as const) {
    expect(await seenBy('VIEWER', id)).toEqual([{ type, subject: { __typename: name, id } }]);
  }
});

test('a certificate shows all the same, but for the request only to those who may see requests', async () => {
  const { domain } = lethe;
  const facts = certificateFacts();
  const { id } = await domain.certificates.issue(facts);
  await domain.certificates.sealPending();
  const seenBy = async (role: Role) => {
    const headers = { authorization: `Bearer ${secrets.get(role)!}` };
    const query = `{ certificate(id: "${id}") { requestId claims } }`;
    const { data } = await lethe.post(JSON.stringify({ query }), headers);
    const paths = ['bundle', 'page'].map((name) => `${lethe.url}/certificates/${id}/${name}`);
    const statuses = await Promise.all(paths.map(async (path) => (await fetch(path, { headers })).status));
    return { ...(data as { certificate: { requestId: string | null; claims: object } }).certificate, statuses };
  };
  const { request, ...rest } = facts;
  for (const role of ['REVIEWER', 'PRIVACY_OFFICER', 'ADMIN'] as const) {
    const claims = expect.objectContaining({ ...rest, request });
    expect(await seenBy(role)).toEqual({ requestId: request!.id, claims, statuses: [200, 200] });
  }
  for (const role of ['VIEWER', 'ENGINEER'] as const) {
    const seen = await seenBy(role);
    expect(seen).toEqual({ requestId: null, claims: expect.objectContaining(rest), statuses: [403, 403] });
    expect(JSON.stringify(seen)).not.toContain(request!.subjectHash);
  }
});

test("another project's id is one that is not there, by every way that leads to it", async () => {
  const scene = await setTheScene(lethe.domain);
  const run = granted(await lethe.domain.runs.start(scene.request));
  const headers = { authorization: `Bearer ${await secretOf(['ADMIN'], elsewhere)}` };
  const asked = async (query: string) => (await lethe.post(JSON.stringify({ query }), headers)).data;
  const nowhere = '00000000-0000-4000-8000-00000000dead';
  for (const id of [scene.checkpoint.id, scene.dataset.id, scene.forget.id, run.id]) {
    const query = (of: string) =>
      `{ node(id: "${of}") { id } checkpoint(id: "${of}") { id } run(id: "${of}") { id } lineage(of: "${of}") { complete } }`;
    expect(await asked(query(id))).toEqual(await asked(query(nowhere)));
  }
  const path = `/checkpoints/${scene.checkpoint.id}/files/model.safetensors`;
  expect((await fetch(`${lethe.url}${path}`, { headers })).status).toBe(404);
  expect((await fetch(`${lethe.url}${path}`, { headers: lethe.headers })).status).toBe(200);
  const client = lethe.socket({ Authorization: headers.authorization });
  clients.push(client);
  const document = `subscription { runEvents(runId: "${run.id}") { __typename } }`;
  expect(await follow(client, document)).toEqual({ items: [], errors: ['NOT_FOUND'], end: 'completed' });
  expect(await follow(client, `{ run(id: "${run.id}") { id } }`)).toMatchObject({ items: [{ run: null }] });
  await lethe.domain.runs.cancel(run.id);
});

test('tokens are shown to those who may list them, by their id too', async () => {
  const { data } = await lethe.ask('{ apiTokens(first: 100) { edges { node { id name } } } }');
  const { edges } = (data as { apiTokens: { edges: { node: { id: string } }[] } }).apiTokens;
  const query = `{ node(id: "${edges[0]!.node.id}") { __typename } }`;
  const as = async (role: Role) =>
    (await lethe.post(JSON.stringify({ query }), { authorization: `Bearer ${secrets.get(role)!}` })).data;
  expect(await as('ADMIN')).toEqual({ node: { __typename: 'ApiToken' } });
  expect(await as('REVIEWER')).toEqual({ node: null });
});

test('me is whoever asks, over HTTP and WebSocket', async () => {
  const query = '{ me { kind actorId name roles expiresAt project { name } } }';
  const bootstrap = { kind: 'PERSON', actorId: 'bootstrap', name: 'Bootstrap token', roles: ['ADMIN'] };
  const expected = { me: { ...bootstrap, expiresAt: null, project: { name: 'default' } } };
  expect((await lethe.ask(query)).data).toEqual(expected);
  const client = lethe.socket();
  clients.push(client);
  expect((await follow(client, query)).items).toEqual([expected]);
  const { data } = await lethe.post(JSON.stringify({ query }), {
    authorization: `Bearer ${await secretOf(['VIEWER', 'REVIEWER'], elsewhere)}`,
  });
  expect(data).toMatchObject({
    me: { kind: 'BOT', roles: ['VIEWER', 'REVIEWER'], expiresAt: expect.any(String), project: { name: 'elsewhere' } },
  });
});
